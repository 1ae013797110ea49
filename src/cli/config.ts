/** `tessera config …`: the settings that exist, and the ones in force. */
import type { Command } from "commander";
import { stringify } from "smol-toml";
import { withoutSecrets } from "../configuration/mistakes.ts";
import { describeSettings, settingsRoot } from "../configuration/settings.ts";
import type { Io } from "./io.ts";
import { printJson } from "./output.ts";
import { requireStartable, startWarnings } from "./start-checks.ts";
import {
  type CommonOptions,
  readConfiguration,
  withCommonOptions,
  withConfigurationOptions,
} from "./workspace.ts";

export function addConfigCommands(program: Command, io: Io): void {
  const config = program
    .command("config")
    .description("show the settings, and check them without starting")
    .addHelpText(
      "after",
      `
Examples:
  tessera config settings | grep -A3 lifetimes.access
  tessera config check --config tessera.toml
  TESSERA_PORT=9000 tessera config show`,
    );

  withCommonOptions(config.command("show").description("show the configuration in force, secrets hidden"))
    .addHelpText("after", "\nExample:\n  TESSERA_PORT=9000 tessera config show")
    .action((options: CommonOptions) => {
      const effective = withoutSecrets(readConfiguration(options, io));
      if (options.json) printJson(io, effective);
      else io.out(stringify(effective));
    });

  withConfigurationOptions(
    config.command("check").description("check the configuration and list every mistake"),
  )
    .addHelpText("after", "\nExample:\n  tessera config check --config tessera.toml")
    .action(async (options: CommonOptions) => {
      const configuration = readConfiguration(options, io);
      await requireStartable(configuration);
      const warnings = await startWarnings(configuration, io.clock);
      for (const warning of warnings) io.out(`Warning: ${warning}\n`);
      const verdict = warnings.length === 0 ? "is fine" : "can be used";
      io.out(`The configuration ${verdict}. The issuer is ${configuration.issuer}.\n`);
    });

  config
    .command("settings")
    .description("list every setting: what it does, what is allowed, its default and its variable")
    .option("--json", "print JSON, for scripts")
    .addHelpText("after", "\nExample:\n  tessera config settings | grep -A3 lifetimes.access")
    .action((options: { json?: boolean }) => {
      const settings = describeSettings();
      if (options.json) return printJson(io, settings);
      for (const setting of settings) {
        io.out(`${setting.key}${setting.fallback === "" ? "" : `  (${setting.fallback})`}\n`);
        io.out(`    ${setting.description}\n`);
        if (!setting.table)
          io.out(`    ${setting.allowed}${setting.unit === null ? "" : `, in ${setting.unit}`}\n`);
        if (setting.variable !== null && !setting.table) io.out(`    ${setting.variable}\n`);
      }
    });

  config
    .command("schema")
    .description("print the JSON Schema of the file, with which editors complete and check it")
    .addHelpText(
      "after",
      `
Example:
  tessera config schema > tessera.schema.json
  and as the first line of tessera.toml: #:schema ./tessera.schema.json`,
    )
    .action(() => printJson(io, settingsRoot()));
}
