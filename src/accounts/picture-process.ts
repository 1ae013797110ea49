/** Makes the picture of a file that a person sent, in a process of its own (picture-worker.ts, by the command `picture`). */
import { ownCommand } from "../platform/runtime.ts";
import { NO_PICTURE, PICTURE_BYTES, type PictureContent, type PictureFault } from "./picture.ts";

/** How long a file may keep the process busy: the largest take 1.2 seconds on a machine that is not. */
const PATIENCE_MILLIS = 30_000;

/** A file on which the process breaks is none that can be a picture. */
export async function pictureInProcess(file: Uint8Array): Promise<PictureContent | PictureFault> {
  const worker = Bun.spawn(ownCommand("picture"), {
    stdin: file,
    stdout: "pipe",
    stderr: "ignore",
    // It needs no secret that the server may have there.
    env: {},
    timeout: PATIENCE_MILLIS,
    killSignal: "SIGKILL",
  });
  const [answer, code] = await Promise.all([new Response(worker.stdout).bytes(), worker.exited]);
  return code === 0 ? answerOf(answer) : NO_PICTURE;
}

function answerOf(answer: Uint8Array): PictureContent | PictureFault {
  const end = answer.indexOf(0x0a);
  const head = JSON.parse(Buffer.from(answer.subarray(0, end)).toString("utf8"));
  if ("fault" in head) return head;
  const bytes = answer.slice(end + 1);
  const isWebp = Buffer.from(bytes.subarray(8, 12)).toString("latin1") === "WEBP";
  return isWebp && bytes.length <= PICTURE_BYTES ? { mediaType: "image/webp", bytes } : NO_PICTURE;
}
