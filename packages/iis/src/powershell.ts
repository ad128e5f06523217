import { readCommand, type ScriptResult } from './command-line.js';
import type { SslBinding } from './http-sys.js';
import { readCmdlet } from './powershell-cmdlets.js';
import { type Constants, constantsOf, namesAround } from './powershell-constants.js';
import { guarded } from './powershell-guards.js';
import { isRegistryResource, readResource } from './powershell-resources.js';
import { type Block, readScript, type Script, type Statement } from './powershell-syntax.js';
import type { RegistryFact } from './registry.js';

/**
 * Reads what a PowerShell script does to Schannel: the item cmdlets of the registry, reg.exe, netsh and the Registry resource
 * of DSC 1.1. A path or name in a variable that is given one literal value in the whole script is known; a number in a variable
 * never is. Sources: the reference of New-ItemProperty and Set-ItemProperty, registryResource.md of PowerShell-Docs-DSC.
 */
export function readPowerShell(text: string): ScriptResult {
  const script = readScript(text);
  const constants = constantsOf(script);
  const facts: RegistryFact[] = commentedOut(text, script);
  const bindings: SslBinding[] = [];
  const resources = new Map<Block, Statement[]>();
  let leaves: string | undefined;
  for (const written of script.statements) {
    const { block } = written;
    const statement = leaves === undefined ? written : { ...written, condition: leaves };
    const word = written.words[0]?.text.toLowerCase() ?? '';
    if (block === undefined && /^(?:exit|return|throw)$/.test(word)) leaves = `"${word}" stands before it`;
    if (block && isRegistryResource(block)) {
      const entries = resources.get(block);
      if (entries) entries.push(statement);
      else resources.set(block, [statement]);
      continue;
    }
    const found = readStatement(text, statement, constants);
    facts.push(...found.facts);
    bindings.push(...found.bindings);
  }
  for (const entries of resources.values()) facts.push(...readResource(entries, constants));
  return { facts: facts.sort((a, b) => a.span.start - b.span.start), bindings };
}

const nothing: ScriptResult = { facts: [], bindings: [] };

function readStatement(text: string, statement: Statement, constants: Constants): ScriptResult {
  const { condition } = statement;
  const isAssignment = statement.words[0]?.text.startsWith('$') === true && statement.words[1]?.text === '=';
  const words = isAssignment ? statement.words.slice(2) : statement.words;
  const [command, ...rest] = words;
  const last = words.at(-1);
  if (!command || !last) return nothing;
  const span = { start: command.span.start, end: last.span.end };
  const extra = condition === undefined ? {} : { condition };
  const external = readCommand(words, span, condition);
  if (external) return { ...external, facts: guarded(text, statement.block, external.facts) };
  const facts = readCmdlet({ command, rest, constants, span, condition, text, within: namesAround(statement.block) });
  if (facts) return { facts: guarded(text, statement.block, facts), bindings: [] };
  if (isAssignment || !mightWrite(statement)) return nothing;
  const why = 'only running the script would tell what it does with ServerCacheTime here';
  return { facts: [{ value: 'ServerCacheTime', effect: { kind: 'unknown', why }, span, ...extra }], bindings: [] };
}

/** A statement that names the value and is neither a look at it nor talk about it. */
function mightWrite({ words }: Statement): boolean {
  if (!words.some(({ text }) => /servercachetime/i.test(text))) return false;
  return !/^(?:\[?(?:get|test|write|out|select|where|format|assert|should|describe|context|it|echo|return|throw|if|elseif|while|switch|foreach|reg|\$)|\()/i.test(
    words[0]?.text ?? '',
  );
}

function commentedOut(text: string, { comments }: Script): RegistryFact[] {
  const line = /(?:(?:set|new)-itemproperty\b|\breg(?:\.exe)?\s+add\b)[^\r\n]{0,500}?servercachetime/gi;
  return comments.flatMap(({ start, end }) =>
    [...text.slice(start, end).matchAll(line)].map(({ index, 0: found }): RegistryFact => {
      const from = start + index;
      return {
        value: 'ServerCacheTime',
        effect: { kind: 'ignored', why: 'comment' },
        span: { start: from, end: from + found.length },
      };
    }),
  );
}
