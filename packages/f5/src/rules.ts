/** Each virtual server with the rule gets a listener for each: a made-up rule must not make them explode. */
const mostProfiles = 100;

/**
 * The client-ssl profiles that an iRule chooses at run time: `SSL::profile NAME`. Whole-line comments do not count. With a
 * variable or a command in place of the name nobody can tell which.
 */
export function profilesInRule(body: string): {
  readonly profiles: readonly string[];
  readonly hasComputedProfile: boolean;
} {
  const profiles = new Set<string>();
  let hasComputedProfile = false;
  let lineStart = 0;
  let lineEnd = body.indexOf('\n');
  for (let at = body.indexOf('SSL::profile'); at !== -1; at = body.indexOf('SSL::profile', at + 1)) {
    for (; lineEnd !== -1 && lineEnd < at; lineEnd = body.indexOf('\n', lineStart)) lineStart = lineEnd + 1;
    if (/^\s*#/.test(body.slice(lineStart, Math.min(at, lineStart + 200)))) continue;
    const [, name] = /^SSL::profile[ \t]+["{]?([^\s\]}";]+)/.exec(body.slice(at, at + 400)) ?? [];
    if (name === undefined || name === 'enable' || name === 'disable') continue;
    if (/[$[]/.test(name) || profiles.size >= mostProfiles) hasComputedProfile = true;
    else profiles.add(name);
  }
  return { profiles: [...profiles], hasComputedProfile };
}
