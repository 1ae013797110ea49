/** The pictures of people, made of the files that they or an administrator send. */
import { PICTURE_FILE_BYTES, type PictureContent, type PictureFault } from "../accounts/picture.ts";
import { pictureInProcess } from "../accounts/picture-process.ts";
import type { Configuration } from "../configuration/schema.ts";

/** How many pictures may wait for the one that is being made: each takes up to 200 MB meanwhile. */
const WAITING = 4;

export interface Pictures {
  /** The most bytes of a file. */
  readonly limitBytes: number;
  /** The picture of a file, or why it is none. Null: too many are waiting. */
  make(file: Uint8Array): Promise<PictureContent | PictureFault | null>;
}

export function createPictures({ limits }: Pick<Configuration, "limits">): Pictures {
  const oneAtATime = queue(WAITING);
  return {
    limitBytes: Math.min(limits.picture_bytes, PICTURE_FILE_BYTES),
    make: (file) => oneAtATime(() => pictureInProcess(file)),
  };
}

/** Does one thing at a time; null for what would have to wait behind too many others. */
function queue(waiting: number): <Result>(work: () => Promise<Result>) => Promise<Result | null> {
  let last: Promise<unknown> = Promise.resolve();
  let count = 0;
  return async (work) => {
    if (count > waiting) return null;
    count += 1;
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      count -= 1;
    }
  };
}
