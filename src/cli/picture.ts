/** `tessera picture`: the process in which the server makes one picture of the file on its standard input. */
import type { Command } from "commander";
import { makeOnePicture } from "../accounts/picture-worker.ts";

export function addPictureCommand(program: Command): void {
  program
    .command("picture", { hidden: true })
    .description("make one picture, for the server")
    .action(makeOnePicture);
}
