import type { SourceFile } from '@shortfuse/core';
import type { Form } from './files.js';

/** An object of the kinds that decide about TLS, at the start of a line. Blanks before it: people indent what they paste. */
const tellingObject =
  /^[ \t]*ltm[ \t]+(?:profile[ \t]+(?:client-ssl|server-ssl)|virtual|traffic-matching-criteria)[ \t]+\S[^\n]*\{/m;
const otherObject =
  /^(?:apm|asm|auth|cli|cm|gtm|ltm|net|pem|security|sys|vcmp|wam|wom)[ \t]+[\w-]+[ \t]+(?:[^\s{}][^\n{}]*)?\{/m;
const deviceFile = /(?:^|\/)(?:low_)?(?:bigip(?:_base|_user|_gtm|_script)?|profile_base)\.conf$/;
/** Endings of languages that quote configuration, in documentation, tests and templates. */
const otherLanguages =
  /\.(?:[cm]?[jt]sx?|py|rb|go|java|sh|md|rst|html?|xml|ya?ml|json[c5]?|tf|hcl|tcl|irule|toml|ini|php|pl|g4|csv|ipynb|j2|tmpl|diff|patch)$/i;

/**
 * The form of a file that holds BIG-IP objects which matter for TLS listeners; undefined for every other file. By name and
 * by strings in the text; nothing is parsed. `named`: a person named the very file.
 */
export function formOf(file: SourceFile, named: boolean): Form | undefined {
  const { path, text } = file;
  if (/\.json[c5]?$/i.test(path)) return jsonForm(text);
  if (/\.tf$/i.test(path))
    return text.includes('bigip_ltm_profile_client_ssl') || text.includes('bigip_ltm_virtual_server')
      ? 'terraform'
      : undefined;
  if (/\.ya?ml$/i.test(path))
    return text.includes('bigip_profile_client_ssl') ||
      text.includes('bigip_virtual_server') ||
      text.includes('f5bigip_ltm_profile_client_ssl')
      ? 'ansible'
      : undefined;
  if (!named && otherLanguages.test(path)) return undefined;
  if (text.startsWith('#TMSH-VERSION:') || deviceFile.test(path))
    return otherObject.test(text) || tellingObject.test(text) ? 'tmsh' : undefined;
  if (text.includes('ltm') && tellingObject.test(text)) return 'tmsh';
  return named && otherObject.test(text) ? 'tmsh' : undefined;
}

function jsonForm(text: string): Form | undefined {
  if (text.includes('"tm:ltm:profile:client-ssl:') || text.includes('"tm:ltm:virtual:')) return 'rest';
  const isAs3 =
    text.includes('"class"') && text.includes('"ADC"') && /"(?:TLS_Server|serverTLS|Service_HTTPS)"/.test(text);
  return isAs3 ? 'as3' : undefined;
}
