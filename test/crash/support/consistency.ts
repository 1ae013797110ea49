/** Inconsistencies that no crash may leave, as queries for both engines: each must find nothing. */

export const INCONSISTENCIES: Readonly<Record<string, string>> = {
  "a grant with two live branches": `SELECT grant_id FROM refresh_tokens WHERE used_at IS NULL
    GROUP BY grant_id HAVING count(*) > 1`,
  "a used refresh token without its successor": `SELECT id FROM refresh_tokens t WHERE used_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM refresh_tokens s WHERE s.id = t.successor_id AND s.grant_id = t.grant_id)`,
  "an unused refresh token with a successor": `SELECT id FROM refresh_tokens
    WHERE used_at IS NULL AND successor_id IS NOT NULL`,
  "two refresh tokens with one successor": `SELECT successor_id FROM refresh_tokens
    WHERE successor_id IS NOT NULL GROUP BY successor_id HAVING count(*) > 1`,
  "a used code that issued nothing": `SELECT id FROM codes c WHERE used_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.grant_id = c.id)`,
  "an unused code that issued something": `SELECT id FROM codes c WHERE used_at IS NULL
    AND EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.grant_id = c.id)`,
  "a used code whose grant is not activated": `SELECT c.id FROM codes c JOIN grants g ON g.id = c.id
    WHERE c.used_at IS NOT NULL AND g.activated_at IS NULL`,
  "a code without its grant": `SELECT id FROM codes
    WHERE NOT EXISTS (SELECT 1 FROM grants WHERE grants.id = codes.id)`,
  "a grant without its code": `SELECT id FROM grants WHERE via = 'authorization_code'
    AND NOT EXISTS (SELECT 1 FROM codes WHERE codes.id = grants.id)`,
  "a token without its grant": `SELECT id FROM access_tokens WHERE grant_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM grants WHERE grants.id = access_tokens.grant_id)`,
  "an access token of one grant with the id of another's refresh token": `SELECT a.id FROM access_tokens a
    JOIN refresh_tokens t ON t.id = a.id WHERE a.grant_id IS NULL OR a.grant_id <> t.grant_id`,
};

/** The names of the inconsistencies found. */
export async function inconsistencies(
  ask: (sql: string) => Promise<readonly unknown[]> | readonly unknown[],
): Promise<string[]> {
  const found: string[] = [];
  for (const [name, sql] of Object.entries(INCONSISTENCIES)) {
    if ((await ask(sql)).length > 0) found.push(name);
  }
  return found;
}
