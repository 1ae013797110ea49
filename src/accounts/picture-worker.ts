/**
 * A process of its own that makes one picture: a file comes in on standard input; a line of JSON and the picture go out. A fault in
 * a decoder, which people's files may look for, then ends this process and not the server.
 */
import { pictureOf } from "./picture.ts";

export async function makeOnePicture(): Promise<void> {
  const made = await pictureOf(await Bun.stdin.bytes());
  const isFault = "fault" in made;
  process.stdout.write(`${JSON.stringify(isFault ? made : { mediaType: made.mediaType })}\n`);
  if (!isFault) process.stdout.write(made.bytes);
}
