// Writes src/api/schema.d.ts: the types of everything that the service answers over HTTP.
//
//   npm run api              writes it anew
//   npm run api -- --check   says by its exit code whether it is current
//
// The document is the code's own (`./headwater openapi`); no service has to run. HEADWATER_PYTHON is
// the Python of the service's environment; without it ./headwater finds one.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import openapi, { astToString } from "openapi-typescript";

const checkout = fileURLToPath(new URL("../../../", import.meta.url));
const target = fileURLToPath(new URL("../src/api/schema.d.ts", import.meta.url));

const python = process.env.HEADWATER_PYTHON;
const [program, ...script] = python ? [python, "manage.py"] : ["./headwater"];
const document = execFileSync(program, [...script, "openapi"], {
  cwd: checkout,
  encoding: "utf-8",
  maxBuffer: 64 * 1024 * 1024,
});

const types = astToString(await openapi(JSON.parse(document), { alphabetize: true }));
const written = `// Generated from the service's OpenAPI document by \`npm run api\`; do not edit.\n\n${types}`;

if (!process.argv.includes("--check")) {
  writeFileSync(target, written);
} else if (!existsSync(target) || readFileSync(target, "utf-8") !== written) {
  console.error("src/api/schema.d.ts is not what the service answers with: run `npm run api`.");
  process.exit(1);
}
