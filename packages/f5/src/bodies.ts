/**
 * Words that begin the objects of a saved configuration. Source: f5-bigip-journeys-app, journeys/parser/const.py, and the
 * files of f5-corkscrew's archive of 15.1.8.
 */
export const moduleWords: ReadonlySet<string> = new Set(
  'analytics apm api-protection asm auth cli cm gtm ilx ltm net pem security sys vcmp wam wom'.split(' '),
);

const objectStart =
  /(?:analytics|apm|api-protection|asm|auth|cli|cm|gtm|ilx|ltm|net|pem|security|sys|vcmp|wam|wom)[ \t]+[^\s{}]/y;

/** Does an object's header start at `offset`? */
export function startsObject(text: string, offset: number): boolean {
  objectStart.lastIndex = offset;
  return objectStart.test(text);
}

/** Is what these words head a body in Tcl or another language, not configuration? */
export function hasForeignBody(words: readonly string[]): boolean {
  const [module, type, third] = words;
  return (
    ((module === 'ltm' || module === 'gtm') && type === 'rule') ||
    (module === 'cli' && type === 'script') ||
    (module === 'sys' && type === 'icall' && third === 'script') ||
    (module === 'sys' && type === 'application' && (third === 'template' || third === 'apl-script'))
  );
}

/**
 * Finds where the bodies of scripts end. Tcl counts braces, also in comments and strings, and a backslash hides the next
 * character; people's rules hold lone braces all the same. So the brace that the count finds is taken only where an object
 * or the end follows; else the first closing brace at the start of a line that an object or the end follows.
 *
 * What all counts that led nowhere may read is limited, so that many broken rules in one file cost no more than a few.
 */
export function bodyEndFinder(text: string): (afterOpen: number) => number {
  let budget = 2 * text.length + 65_536;
  return (afterOpen) => {
    const counted = budget > 0 ? countedEnd(text, afterOpen) : -1;
    if (counted !== -1 && isFollowedByObject(text, counted + 1, true)) return counted;
    budget -= (counted === -1 ? text.length : counted) - afterOpen;
    for (let at = text.indexOf('\n}', afterOpen); at !== -1; at = text.indexOf('\n}', at + 1))
      if (isFollowedByObject(text, at + 2, false)) return at + 1;
    return -1;
  };
}

function countedEnd(text: string, start: number): number {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x5c) at++;
    else if (unit === 0x7b) depth++;
    else if (unit === 0x7d && --depth === 0) return at;
  }
  return -1;
}

/** `isLenient`: after a balanced body a comment, a routing tail or the prompt of a pasted session may follow as well. */
function isFollowedByObject(text: string, offset: number, isLenient: boolean): boolean {
  let at = offset;
  while (at < text.length && isBlank(text.charCodeAt(at))) at++;
  if (at >= text.length || startsObject(text, at)) return true;
  if (!isLenient) return false;
  const unit = text.charCodeAt(at);
  return unit === 0x23 || unit === 0x21 || /^[\w.-]{1,64}@/.test(text.slice(at, at + 70));
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
}
