import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { validateXML } from 'xmllint-wasm';

function schemaText(name: string): string {
  return readFileSync(new URL(`../schemas/${name}`, import.meta.url), 'utf8');
}

/** What is wrong with `value`; nothing where a JSON Schema of `test/schemas` is content. */
export function jsonFaults(schema: string, value: unknown): readonly unknown[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(schemaText(schema)));
  validate(value);
  return validate.errors ?? [];
}

/** The same for a text and an XML Schema. */
export async function xmlFaults(schema: string, text: string): Promise<readonly unknown[]> {
  const { errors } = await validateXML({
    xml: { fileName: 'report.xml', contents: text },
    schema: { fileName: schema, contents: schemaText(schema) },
  });
  return errors;
}

/** The schema that each format is held to. */
export const jsonSchemas = {
  sarif: 'sarif-2.1.0.schema.json',
  gitlab: 'gitlab-code-quality.schema.json',
  rdjson: 'rdjson.schema.json',
} as const;

export const xmlSchemas = { junit: 'junit-4.xsd', checkstyle: 'checkstyle.xsd' } as const;
