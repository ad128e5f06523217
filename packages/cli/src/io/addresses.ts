import { isIP } from 'node:net';

/** `203.0.113.10`, `2001:db8::5`, and with a port from 1 to 65535: `203.0.113.10:443`, `[2001:db8::5]:443`. */
export function isAddress(text: string): boolean {
  if (isIP(text) !== 0) return !text.includes('%');
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([\d.]+)):([1-9]\d{0,4})$/.exec(text);
  if (!match || Number(match[3]) > 65_535) return false;
  return match[1] === undefined ? isIP(match[2] ?? '') === 4 : isIP(match[1]) === 6;
}
