import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** The top of the project. */
export const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));

interface Step {
  readonly id?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

/** What `action.yml` says. */
export const actionFile: ActionFile = parse(readFileSync(join(projectRoot, 'action.yml'), 'utf8'));

export interface StepRun {
  readonly status: number | null;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/**
 * Runs one step of `action.yml` as a runner does: its script in bash, its variables with the expressions put in, the
 * defaults of inputs that are not given, and the files of the runner for outputs and the summary.
 */
export async function runStep(
  id: string,
  given: Readonly<Record<string, string>>,
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<StepRun> {
  const step = actionFile.runs.steps.find((each) => each.id === id);
  if (step?.run === undefined) throw new Error(`action.yml has no script ${id}`);
  for (const name of Object.keys(given))
    if (!(name in actionFile.inputs)) throw new Error(`action.yml has no input ${name}`);
  const inputs = Object.fromEntries(
    Object.entries(actionFile.inputs).map(([name, input]) => [name, given[name] ?? input.default ?? '']),
  );
  const variables = Object.fromEntries(
    Object.entries(step.env ?? {}).map(([name, value]) => [name, evaluated(value, inputs)]),
  );
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-runner-'));
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary') };
  const temp = join(folder, 'temp');
  mkdirSync(temp);
  for (const file of Object.values(files)) writeFileSync(file, '');
  try {
    const { status, log } = await runScript(step.run, cwd, {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION_PATH: projectRoot.replace(/\/$/, ''),
      GITHUB_WORKSPACE: cwd,
      GITHUB_REPOSITORY: 'shop/config',
      GITHUB_REF_TYPE: 'branch',
      GITHUB_REF_NAME: 'main',
      RUNNER_TEMP: temp,
      ...files,
      ...variables,
      ...env,
    });
    return {
      status,
      log,
      outputs: readOutputs(readFileSync(files.GITHUB_OUTPUT, 'utf8')),
      summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Only what `action.yml` uses of the language of expressions: an input or a step's output, the first that is not empty. */
function evaluated(text: string, inputs: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
    for (const term of expression.split(' || ')) {
      const value = term.startsWith('inputs.') ? inputs[term.slice('inputs.'.length)] : '';
      if (value === undefined) throw new Error(`${term}: there is no such input`);
      // What GitHub puts in for its own expressions is for the test to give.
      if (value !== '' && !value.includes('${{')) return value;
    }
    return '';
  });
}

export function runScript(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly status: number | null; readonly log: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script], { cwd, env });
    let log = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (piece: string) => {
        log += piece;
      });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, log }));
  });
}

/** As the runner reads them: `name<<end`, the lines of the value, `end`; or `name=value`. */
function readOutputs(text: string): Readonly<Record<string, string>> {
  const outputs: Record<string, string> = {};
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const [, name, end] = /^([^=<]+)<<(.+)$/.exec(lines[i] ?? '') ?? [];
    if (name !== undefined && end !== undefined) {
      const last = lines.indexOf(end, i + 1);
      outputs[name] = lines.slice(i + 1, last).join('\n');
      i = last;
    } else {
      const [, key, value] = /^([^=]+)=(.*)$/.exec(lines[i] ?? '') ?? [];
      if (key !== undefined && value !== undefined) outputs[key] = value;
    }
  }
  return outputs;
}

export interface PullRequest {
  readonly number: number;
  readonly html_url: string;
  readonly title: string;
  readonly head: string;
  readonly base: string;
  readonly body: string;
  readonly draft: boolean;
  state: 'open' | 'closed';
  merged_at: string | null;
}

/** The part of GitHub that the action speaks to, with a bare repository behind it. */
export class FakeGithub {
  readonly pulls: PullRequest[] = [];
  /** Of pull request 1. */
  readonly comments: { readonly id: number; body: string }[] = [];
  /** What else was asked for: `POST path body`. */
  readonly further: string[] = [];
  /** Answers the next request for a pull request with this instead. */
  refusal: { readonly status: number; readonly message: string } | undefined;
  /** Asking for labels and reviewers fails. */
  isPicky = false;
  readonly #server: Server;

  private constructor(readonly bare: string) {
    this.#server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        const [status, answer] = this.#answer(request, body);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      });
    });
  }

  static async start(bare: string): Promise<FakeGithub> {
    const fake = new FakeGithub(bare);
    await new Promise<void>((done) => fake.#server.listen(0, '127.0.0.1', done));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    return new Promise((done) => {
      this.#server.close(() => done());
      this.#server.closeAllConnections();
    });
  }

  #answer(request: IncomingMessage, body: string): readonly [number, unknown] {
    const url = new URL(request.url ?? '', this.url);
    if (request.headers.authorization !== 'Bearer secret-token') return [401, { message: 'Bad credentials' }];
    const path = url.pathname.replace(/^\/repos\/shop\/config\//, '');
    if (request.method === 'GET' && path === 'pulls') {
      const head = url.searchParams.get('head');
      return [200, this.pulls.filter((pull) => `shop:${pull.head}` === head).reverse()];
    }
    if (request.method === 'POST' && path === 'pulls') return this.#open(JSON.parse(body));
    if (path.startsWith('issues/1/comments') || path.startsWith('issues/comments/'))
      return this.#comment(request.method ?? '', path, url.searchParams.get('page'), body);
    this.further.push(`${request.method} ${path} ${body}`);
    return this.isPicky ? [422, { message: 'Validation Failed', errors: [{ message: 'no such thing' }] }] : [201, {}];
  }

  #comment(method: string, path: string, page: string | null, text: string): readonly [number, unknown] {
    if (this.refusal) return [this.refusal.status, { message: this.refusal.message }];
    if (method === 'GET') return [200, this.comments.slice((Number(page) - 1) * 100, Number(page) * 100)];
    const { body } = JSON.parse(text);
    if (method === 'POST') this.comments.push({ id: this.comments.length + 1, body });
    const known = this.comments.find(({ id }) => path.endsWith(`/${id}`));
    if (method === 'PATCH' && known) known.body = body;
    return [method === 'POST' || known ? 200 : 404, {}];
  }

  #open(wish: Pick<PullRequest, 'title' | 'head' | 'base' | 'body' | 'draft'>): readonly [number, unknown] {
    if (this.refusal) return [this.refusal.status, { message: this.refusal.message }];
    const branches = execFileSync('git', ['for-each-ref', '--format=%(refname:short)'], {
      cwd: this.bare,
      encoding: 'utf8',
    });
    for (const branch of [wish.head, wish.base])
      if (!branches.split('\n').includes(branch))
        return [422, { message: 'Validation Failed', errors: [{ message: branch }] }];
    const number = this.pulls.length + 1;
    const html_url = `https://github.example/shop/config/pull/${number}`;
    this.pulls.push({ ...wish, number, html_url, state: 'open', merged_at: null });
    return [201, this.pulls.at(-1)];
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += piece;
  return body;
}

/** A checkout of a bare repository that has these files on `main`, as `actions/checkout` makes it. */
export class Checkout {
  readonly folder = mkdtempSync(join(tmpdir(), 'shortfuse-checkout-'));
  readonly bare = join(this.folder, 'remote.git');
  readonly root = join(this.folder, 'checkout');

  constructor(files: Readonly<Record<string, string>>) {
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', this.bare]);
    execFileSync('git', ['clone', '--quiet', this.bare, this.root], { stdio: 'pipe' });
    this.write(files);
    this.commit('first');
    this.git('push', '--quiet', 'origin', 'HEAD:main');
  }

  git(...args: string[]): string {
    const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
    return execFileSync('git', [...identity, ...args], { cwd: this.root, encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), text);
    }
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  commit(message: string): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', message);
  }

  /** Does on the remote what a person does with a button. */
  merge(branch: string): void {
    this.git('fetch', '--quiet', 'origin');
    this.git('merge', '--quiet', '--no-edit', `origin/${branch}`);
    this.git('push', '--quiet', 'origin', 'HEAD:main');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
