/** `tessera group …`: groups of people, which applications are told with the scope `groups`. */
import type { Command } from "commander";
import { groupNameFault, groupsFault } from "../accounts/profile.ts";
import {
  clientsNaming,
  countMembers,
  createGroup,
  describeGroup,
  everyGroup,
  everyMember,
  findGroup,
  findGroupLike,
  listManagers,
  removeGroup,
  setManager,
} from "../operations/groups.ts";
import { collect } from "../operations/paging.ts";
import { changeAccount } from "../operations/people.ts";
import { isoTime } from "../platform/clock.ts";
import { isBlank } from "../protocol/names.ts";
import type { AccountRecord, GroupRecord } from "../store/tables/people.ts";
import { CommandError } from "./command-error.ts";
import { requireAccount } from "./find.ts";
import type { Io } from "./io.ts";
import { counted, formatFacts, localTime, printJson, printTable } from "./output.ts";
import { type CommonOptions, inWorkspace, type Workspace, withCommonOptions } from "./workspace.ts";

interface DescribeOptions extends CommonOptions {
  readonly description?: string;
}

export function addGroupCommands(program: Command, io: Io): void {
  const group = program
    .command("group")
    .description("add, list and remove groups of people, and say who is in them")
    .addHelpText(
      "after",
      `
Applications that have the scope groups are told a person's groups, and an application may be for members only.

Examples:
  tessera group add family
  tessera group join family ada grace
  tessera client set photos --allow-group family`,
    );

  withCommonOptions(group.command("add <group>").description("make a group, without people in it"))
    .option("--description <text>", "what the group is for")
    .addHelpText(
      "after",
      `
The name has no spaces, because applications compare it: photo-editors.

Example:
  tessera group add family --description "May use photos and files"`,
    )
    .action((name: string, options: DescribeOptions) => addGroup(name, options, io));

  withCommonOptions(group.command("list").description("list all groups"))
    .addHelpText("after", "\nExample:\n  tessera group list")
    .action((options: CommonOptions) => listGroups(options, io));

  withCommonOptions(group.command("show <group>").description("show a group and the people in it"))
    .addHelpText("after", "\nExample:\n  tessera group show family")
    .action((name: string, options: CommonOptions) => showGroup(name, options, io));

  withCommonOptions(group.command("set <group>").description("change what is said about a group"))
    .requiredOption("--description <text>", 'what the group is for; "" for nothing')
    .addHelpText("after", '\nExample:\n  tessera group set family --description "May use photos"')
    .action((name: string, options: DescribeOptions) => setGroup(name, options, io));

  withCommonOptions(group.command("remove <group>").description("remove a group, and take its people out"))
    .addHelpText("after", "\nThe people stay.\n\nExample:\n  tessera group remove family")
    .action((name: string, options: CommonOptions) => dropGroup(name, options, io));

  withCommonOptions(group.command("join <group> <username...>").description("put people into a group"))
    .addHelpText("after", "\nExample:\n  tessera group join family ada grace")
    .action((name: string, usernames: string[], options: CommonOptions) =>
      changeMembers(name, usernames, true, options, io),
    );

  withCommonOptions(group.command("leave <group> <username...>").description("take people out of a group"))
    .addHelpText(
      "after",
      `
Applications that only members may use refuse the people from then on. Other applications learn of it when they next ask,
at the latest when their ID token is renewed.

Example:
  tessera group leave family grace`,
    )
    .action((name: string, usernames: string[], options: CommonOptions) =>
      changeMembers(name, usernames, false, options, io),
    );

  const manager = group
    .command("manager")
    .description("say who manages a group: puts people into it, takes them out and invites them")
    .addHelpText("after", "\nExample:\n  tessera group manager add family ada");

  withCommonOptions(manager.command("add <group> <username>").description("let a member manage the group"))
    .addHelpText(
      "after",
      `
The person must be in the group. A manager sees and chooses the people of the group, invites others into it, and manages
nothing else of this server.

Example:
  tessera group manager add family ada`,
    )
    .action((name: string, username: string, options: CommonOptions) =>
      changeManager(name, username, true, options, io),
    );

  withCommonOptions(
    manager
      .command("remove <group> <username>")
      .description("let a person no longer manage the group; the person stays in it"),
  )
    .addHelpText(
      "after",
      "\nInvitations that the person made into the group stop working.\n\nExample:\n  tessera group manager remove family ada",
    )
    .action((name: string, username: string, options: CommonOptions) =>
      changeManager(name, username, false, options, io),
    );
}

async function changeManager(
  name: string,
  username: string,
  manages: boolean,
  options: CommonOptions,
  io: Io,
): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    await requireGroup(workspace, name);
    const account = await requireAccount(workspace, username);
    if (!(await setManager(workspace, workspace.act, name, account.subject, manages))) {
      throw new CommandError(
        `'${account.username}' is not in the group '${name}'. Put the person into it first: tessera group join ${name} ${account.username}`,
      );
    }
    if (options.json) {
      const { subject } = account;
      return printJson(io, { group: name, subject, username: account.username, manages });
    }
    io.out(`${account.username} ${manages ? "manages" : "no longer manages"} the group ${name}.\n`);
  });
}

async function requireGroup(workspace: Workspace, name: string): Promise<GroupRecord> {
  const group = await findGroup(workspace, name);
  if (group !== null) return group;
  throw new CommandError(await noGroup(workspace, name));
}

async function noGroup(workspace: Workspace, name: string): Promise<string> {
  const like = await findGroupLike(workspace, name);
  return `There is no group '${name}'. ${like === null ? "See: tessera group list" : `There is '${like.name}'.`}`;
}

/** Null for none. Throws CommandError for a text that is too long. */
function checkedDescription(text: string | undefined): string | null {
  if (text === undefined || isBlank(text)) return null;
  if ([...text].length <= 300) return text;
  throw new CommandError("The description is longer than 300 characters.");
}

const describeForJson = (group: GroupRecord, members: number) => ({
  name: group.name,
  description: group.description,
  members,
  created_at: isoTime(group.createdAt),
});

async function addGroup(name: string, options: DescribeOptions, io: Io): Promise<void> {
  const fault = groupNameFault(name);
  if (fault !== null) throw new CommandError(`The name of the group ${fault}.`);
  const description = checkedDescription(options.description);
  await inWorkspace(options, io, { mayCreate: true }, async (workspace) => {
    const outcome = await createGroup(workspace, workspace.act, name, description, io.clock.seconds());
    if (outcome === "taken")
      throw new CommandError(`There is a group '${name}' already. See: tessera group show ${name}`);
    if (outcome === "similar") {
      const like = await findGroupLike(workspace, name);
      throw new CommandError(
        `There is a group '${like?.name}' already, and people would take '${name}' for it. Choose another name.`,
      );
    }
    if (outcome === "being_removed") {
      throw new CommandError(
        `An earlier group '${name}' was not removed wholly. Remove it again first: tessera group remove ${name}`,
      );
    }
    if (options.json) return printJson(io, describeForJson(await requireGroup(workspace, name), 0));
    io.out(`Added the group ${name}. Put people into it: tessera group join ${name} USERNAME\n`);
  });
}

async function listGroups(options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const groups = await collect(everyGroup(workspace));
    const counts = new Map<string, number>();
    for (const { name } of groups) counts.set(name, await countMembers(workspace, name));
    const membersOf = ({ name }: GroupRecord) => counts.get(name) ?? 0;
    if (options.json)
      return printJson(
        io,
        groups.map((group) => describeForJson(group, membersOf(group))),
      );
    if (groups.length === 0) return io.out("There are no groups. Add the first: tessera group add NAME\n");
    printTable(
      io,
      ["group", "description", "people", "since"],
      groups.map((group) => [
        group.name,
        group.description ?? "",
        String(membersOf(group)),
        localTime(group.createdAt),
      ]),
    );
  });
}

async function showGroup(name: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const group = await requireGroup(workspace, name);
    const members = await collect(everyMember(workspace, name));
    const managers = (await listManagers(workspace, name)).map(({ username }) => username).sort();
    if (options.json) {
      return printJson(io, {
        ...describeForJson(group, members.length),
        people: members.map(({ subject, username }) => ({
          subject,
          username,
          manages: managers.includes(username),
        })),
      });
    }
    const usernames = members.map(({ username }) => username).sort();
    io.out(
      formatFacts({
        group: group.name,
        description: group.description,
        since: localTime(group.createdAt),
        people: usernames.length === 0 ? "none" : usernames.join(", "),
        "managed by": managers.join(", ") || null,
      }),
    );
  });
}

async function setGroup(name: string, options: DescribeOptions, io: Io): Promise<void> {
  const description = checkedDescription(options.description);
  await inWorkspace(options, io, {}, async (workspace) => {
    await requireGroup(workspace, name);
    await describeGroup(workspace, workspace.act, name, description);
    const group = await requireGroup(workspace, name);
    if (options.json) return printJson(io, describeForJson(group, await countMembers(workspace, name)));
    io.out(`Changed the group ${name}.\n`);
  });
}

async function dropGroup(name: string, options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const [client] = await clientsNaming(workspace, name);
    // Without the group, a client that refuses its members would let them in.
    if (client !== undefined) {
      throw new CommandError(
        `The client '${client}' goes by the group '${name}'. Change that first: tessera client set ${client} --allow-group GROUP --deny-group GROUP`,
      );
    }
    const count = await removeGroup(workspace, workspace.act, name, io.clock.seconds());
    if (count === null) throw new CommandError(await noGroup(workspace, name));
    if (options.json) return printJson(io, { name, removed: true, members: count });
    io.out(`Removed the group ${name}. ${count === 1 ? "1 person was" : `${count} people were`} in it.\n`);
  });
}

async function changeMembers(
  name: string,
  usernames: readonly string[],
  joins: boolean,
  options: CommonOptions,
  io: Io,
): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    await requireGroup(workspace, name);
    // All are looked for first, so that a wrong name changes nothing.
    const people: AccountRecord[] = [];
    for (const username of usernames) people.push(await requireAccount(workspace, username));
    for (const { subject, username, groups } of people) {
      if (groups.includes(name) === joins) continue;
      if (joins && groupsFault([...groups, name]) !== null)
        throw new CommandError(`'${username}' is in too many groups: tokens could not carry one more.`);
      const changes = joins ? { joins: [name] } : { leaves: [name] };
      await changeAccount(workspace, workspace.act, subject, changes, io.clock.seconds());
    }
    const members = await countMembers(workspace, name);
    if (options.json) return printJson(io, describeForJson(await requireGroup(workspace, name), members));
    const names = people.map(({ username }) => username).join(", ");
    io.out(
      `${names} ${people.length === 1 ? "is" : "are"} ${joins ? "" : "not "}in the group ${name}. It has ${counted(members, "member")}.\n`,
    );
  });
}
