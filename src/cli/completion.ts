/** `tessera completion …`: scripts with which a shell completes commands and options. Made from the commands themselves. */
import { Argument, type Command } from "commander";
import type { Io } from "./io.ts";

/** The words that may follow a command, by its path: "user add". The path of the program itself is empty. */
type Words = ReadonlyMap<string, readonly string[]>;

const SHELLS: Readonly<Record<string, (words: Words) => string>> = { bash, zsh, fish };

/** `whole`: the program with every command. */
export function addCompletionCommand(program: Command, io: Io, whole: () => Promise<Command>): void {
  program
    .command("completion")
    .description("print a script that completes commands and options in your shell")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(SHELLS)))
    .addHelpText(
      "after",
      `
Examples:
  tessera completion bash > ~/.local/share/bash-completion/completions/tessera
  tessera completion zsh >> ~/.zshrc
  tessera completion fish > ~/.config/fish/completions/tessera.fish`,
    )
    .action(async (shell: string) => io.out(SHELLS[shell]?.(wordsOf(await whole())) ?? ""));
}

function wordsOf(program: Command): Words {
  const words = new Map<string, readonly string[]>();
  const visit = (command: Command, path: string) => {
    const help = command.createHelp();
    const options = help.visibleOptions(command).flatMap(({ long }) => (long == null ? [] : [long]));
    const children = help.visibleCommands(command).filter((child) => child.name() !== "help");
    words.set(path, [...children.map((child) => child.name()), ...options]);
    for (const child of children) visit(child, path === "" ? child.name() : `${path} ${child.name()}`);
  };
  visit(program, "");
  return words;
}

/** The path so far is extended by a word only if that makes a command, so values of options are no part of it. */
function bash(words: Words): string {
  const paths = [...words.keys()].filter((path) => path !== "");
  const cases = [...words].map(([path, list]) => `    "${path}") words="${list.join(" ")}" ;;`);
  return `# Completion of tessera for bash.
_tessera() {
  local path="" words="" next i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="\${path:+$path }\${COMP_WORDS[i]}"
    case "$next" in
      ${paths.map((path) => `"${path}"`).join("|")}) path="$next" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _tessera tessera
`;
}

/** zsh runs the completions of bash. */
function zsh(words: Words): string {
  return `autoload -U +X compinit && compinit
autoload -U +X bashcompinit && bashcompinit
${bash(words)}`;
}

function fish(words: Words): string {
  const paths = [...words.keys()].filter((path) => path !== "");
  const lines = [...words].map(
    ([path, list]) => `complete -c tessera -n 'test (__tessera_path) = "${path}"' -a '${list.join(" ")}'`,
  );
  return `# Completion of tessera for fish.
function __tessera_path
  set -l path ""
  for word in (commandline -opc)[2..-1]
    set -l next (string trim "$path $word")
    contains -- "$next" ${paths.map((path) => `"${path}"`).join(" ")}; and set path "$next"
  end
  echo "$path"
end
${lines.join("\n")}
`;
}
