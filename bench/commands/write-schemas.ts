/** `npx tsx bench/commands/write-schemas.ts`: updates the JSON Schema files after a change to a schema.ts. */
import { writeFile } from 'node:fs/promises'
import { SCHEMA_FILES } from './schema-files.ts'

for (const { path, text } of Object.values(SCHEMA_FILES)) await writeFile(path, text)
