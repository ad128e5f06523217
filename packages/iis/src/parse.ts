import type { ParsedFile, Problem, SourceFile } from '@shortfuse/core';
import { readBatch } from './batch.js';
import { isHostName, type Kind, kindOf } from './detect.js';
import type { SslBinding } from './http-sys.js';
import { readLocalPolicy } from './local-policy.js';
import { readPolicyPreferences } from './policy-preferences.js';
import { readPowerShell } from './powershell.js';
import { readRegFile } from './reg-file.js';
import type { RegistryFact } from './registry.js';
import { readSecurityTemplate } from './security-template.js';
import { readXml, type XmlElement } from './xml.js';
import { readYaml } from './yaml-documents.js';

/**
 * What a file holds.
 * - `host`: an applicationHost.config; without a root where it is not well-formed
 * - `section`: an XML file that another may take a section from (configSource)
 * - `web`, `redirection`: see {@link kindOf}
 * - `artefact`: something that writes the registry or the certificate bindings of HTTP.sys
 */
export type Content =
  | { readonly kind: 'host' | 'section' | 'web' | 'redirection'; readonly root: XmlElement | undefined }
  | {
      readonly kind: 'artefact';
      readonly form: ArtefactForm;
      readonly facts: readonly RegistryFact[];
      readonly bindings: readonly SslBinding[];
    }
  | { readonly kind: 'other' };

/** The language of an artefact. */
export type ArtefactForm = Exclude<Kind, 'host' | 'redirection' | 'web'>;

export interface IisFile extends ParsedFile {
  readonly content: Content;
}

/** Reads one file. Takes time in proportion to its size and never throws. */
export function parse(file: SourceFile): IisFile {
  const kind = kindOf(file) ?? (isHostName(file.path) ? 'host' : undefined);
  switch (kind) {
    case undefined: {
      // An include asks for files whatever they are.
      const result = /^\s*</.test(file.text.slice(0, 1000)) ? readXml(file) : undefined;
      if (!result) return { file, problems: [], content: { kind: 'other' } };
      return result.ok
        ? { file, problems: [], content: { kind: 'section', root: result.root } }
        : refused(file, 'section', result.problem);
    }
    case 'host':
    case 'web':
    case 'redirection': {
      const result = readXml(file);
      return result.ok
        ? { file, problems: [], content: { kind, root: result.root } }
        : refused(file, kind, result.problem);
    }
    case 'policyPreferences': {
      const result = readXml(file);
      return result.ok
        ? artefact(file, kind, readPolicyPreferences(result.root, file.text))
        : artefact(
            file,
            kind,
            [],
            [],
            [{ ...result.problem, help: 'correct the XML: Group Policy applies nothing of a file that is broken' }],
          );
    }
    case 'reg': {
      const { facts, problems } = readRegFile(file);
      return artefact(file, kind, facts, [], problems);
    }
    case 'securityTemplate':
      return artefact(file, kind, readSecurityTemplate(file));
    case 'localPolicy':
      return artefact(file, kind, readLocalPolicy(file.text));
    case 'powershell': {
      const { facts, bindings } = readPowerShell(file.text);
      return artefact(file, kind, facts, bindings);
    }
    case 'batch': {
      const { facts, bindings } = readBatch(file.text);
      return artefact(file, kind, facts, bindings);
    }
    case 'yaml': {
      const { facts, fault } = readYaml(file.text);
      if (!fault) return artefact(file, kind, facts);
      const start = Math.min(fault.start, file.text.length);
      const span = { start, end: start };
      // A template that has not been rendered yet is no YAML; it may still say something.
      const why = 'the file is no YAML as it stands';
      return artefact(
        file,
        kind,
        /servercachetime/i.test(file.text)
          ? [
              {
                value: 'ServerCacheTime',
                effect: { kind: 'unknown', why, help: 'render the template first, or write the number there by hand' },
                span,
              },
            ]
          : [],
        [],
        [
          {
            severity: 'warning',
            at: { file, span },
            message: `no YAML: ${fault.message}`,
            help: 'correct the file, or leave it out with "exclude" if it is a template',
          },
        ],
      );
    }
  }
}

function refused(file: SourceFile, kind: 'host' | 'section' | 'web' | 'redirection', problem: Problem): IisFile {
  return { file, problems: [problem], content: { kind, root: undefined } };
}

function artefact(
  file: SourceFile,
  form: ArtefactForm,
  facts: readonly RegistryFact[],
  bindings: readonly SslBinding[] = [],
  problems: readonly Problem[] = [],
): IisFile {
  return { file, problems, content: { kind: 'artefact', form, facts, bindings } };
}
