/** The pages on which people answer what applications ask them in the back channel (CIBA). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { changeClient } from "../../src/operations/management/clients.ts";
import type { ClientId, Scope } from "../../src/protocol/identifiers.ts";
import { put } from "../../src/store/contract.ts";
import { type ClientRecord, clients } from "../../src/store/tables/clients.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { type AskedApproval, askForApproval } from "../support/approvals.ts";
import { addPersonWithPassword, type Browser, openBrowser, textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
