import {
  type Configuration,
  type Finding,
  type LintInput,
  type Listener,
  lint,
  placeKey,
  type RuleChoice,
} from '@shortfuse/core';

type IsMeant = (listener: Listener) => boolean;

/**
 * The findings that are about listeners which are meant, or about no listener. One that is about others, too, is told again
 * without them; a rule that needs to see them all to be right, as the one on settings without effect, has seen them.
 */
export function narrowFindings(
  findings: readonly Finding[],
  input: LintInput,
  choices: readonly RuleChoice[],
  isMeant: IsMeant,
): readonly Finding[] {
  const isMixed = ({ listeners }: Finding): boolean => listeners.some(isMeant) && !listeners.every(isMeant);
  const alone = new Map<string, Finding>();
  if (findings.some(isMixed))
    for (const finding of lint(
      { ...input, configurations: narrowConfigurations(input.configurations, isMeant) },
      choices,
    ))
      alone.set(keyOf(finding), finding);
  return findings
    .filter(({ listeners }) => listeners.length === 0 || listeners.some(isMeant))
    .map((finding) => (isMixed(finding) ? (alone.get(keyOf(finding)) ?? finding) : finding));
}

function keyOf({ rule, at }: Finding): string {
  return `${rule} ${placeKey(at)}`;
}

/** Configurations with only the listeners that are meant; of `like`, which has the same ones in another state, the same. */
export function narrowConfigurations(
  configurations: readonly Configuration[],
  isMeant: IsMeant,
  like: readonly Configuration[] = configurations,
): readonly Configuration[] {
  return like.map((configuration, i) => ({
    ...configuration,
    listeners: configuration.listeners.filter((listener, j) => isMeant(configurations[i]?.listeners[j] ?? listener)),
  }));
}
