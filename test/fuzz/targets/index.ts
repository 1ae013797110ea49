import type { Target } from "../target.ts";
import { DETAIL_TARGETS } from "./authorization-details.ts";
import { DOCUMENT_URL_TARGETS } from "./document-urls.ts";
import { DOCUMENT_TARGETS } from "./documents.ts";
import { HEADER_TARGETS } from "./headers.ts";
import { PARAMETER_TARGETS } from "./parameters.ts";
import { PROOF_TARGETS } from "./proofs.ts";
import { REDIRECT_TARGETS } from "./redirect-uris.ts";

export const PARSER_TARGETS: readonly Target[] = [
  ...DETAIL_TARGETS,
  ...PARAMETER_TARGETS,
  ...REDIRECT_TARGETS,
  ...HEADER_TARGETS,
  ...DOCUMENT_TARGETS,
  ...PROOF_TARGETS,
  ...DOCUMENT_URL_TARGETS,
];
