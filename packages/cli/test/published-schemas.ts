import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv } from 'ajv';
import { build } from 'esbuild';

/** What a validator says about a YAML file; empty where it is right. */
export type Validate = (name: string, text: string) => readonly string[];

const installed = join(import.meta.dirname, '../node_modules');

/** GitHub's own reader of workflows and actions, with the schemas in it; undefined where it is not installed. */
export async function githubValidators(): Promise<
  { readonly workflow: Validate; readonly action: Validate } | undefined
> {
  const parser = '@actions/workflow-parser';
  if (!existsSync(join(installed, parser))) return undefined;
  // Its modules import JSON as only bundlers do.
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-parser-'));
  try {
    const outfile = join(folder, 'parser.mjs');
    await build({
      stdin: {
        resolveDir: import.meta.dirname,
        contents: `
          import { parseWorkflow, NoOperationTraceWriter } from '${parser}';
          import { parseAction } from '${parser}/actions/action-parser';
          const errorsOf = (parse) => (name, content) =>
            parse({ name, content }, new NoOperationTraceWriter()).context.errors.getErrors().map((error) => error.message);
          export const workflow = errorsOf(parseWorkflow);
          export const action = errorsOf(parseAction);`,
      },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'error',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** GitLab's published schema of `.gitlab-ci.yml`, as `gitlab-ci-local` ships it; undefined where that is not installed. */
export async function gitlabValidator(): Promise<((content: unknown) => readonly string[]) | undefined> {
  const path = join(installed, 'gitlab-ci-local/src/schema/schema.js');
  if (!existsSync(path)) return undefined;
  const { schema } = await import(pathToFileURL(path).href);
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
  return (content) =>
    validate(content) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
