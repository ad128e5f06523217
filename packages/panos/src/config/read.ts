import { decode, type Location, type Problem, type SourceFile } from '@shortfuse/core';
import { isBraceFormat, readBraceFormat } from './braces.js';
import { firewall } from './firewall.js';
import { type Missing, missingParts } from './incomplete.js';
import type { PanosConfiguration } from './model.js';
import { panorama } from './panorama.js';
import type { Found } from './rulebases.js';
import { readScope } from './scopes.js';
import { isSetFormat, type Reading, readSetFormat } from './set-format.js';
import { childrenAt, type Node, nodeAt } from './tree.js';
import { isXml, readXml, type XmlReading } from './xml.js';

/** {@link readConfiguration} of a file's bytes. */
export function readConfigurationBytes(path: string, bytes: Uint8Array): PanosConfiguration {
  return readConfiguration(decode(path, bytes));
}

/**
 * Reads a running configuration: XML of a firewall or of Panorama, `set` lines, or the form in braces. What cannot be read whole
 * is not read at all (`isValid`): of half a rulebase nobody could say what it covers. Never throws, on any text.
 */
export function readConfiguration(file: SourceFile): PanosConfiguration {
  const { reading, version, detailVersion } = read(file.text);
  const nothing = { file, version: null, detailVersion: null, rules: [], natRules: [], places: [] };
  if (!reading.ok) {
    const { at, message, help } = reading;
    return { ...nothing, isValid: false, problems: [{ severity: 'error', at: locationIn(file, at), message, help }] };
  }
  const locate = (node: Node): Location => locationIn(file, node.at);
  const shared = nodeAt(reading.root, 'shared');
  const found: Found = { shared, scope: readScope('shared', shared, undefined), locate };
  const device = childrenAt(reading.root, 'devices')[0];
  const isPanorama = childrenAt(device, 'device-group').length > 0;
  const evaluated = isPanorama ? panorama(reading.root, device, found) : firewall(reading.root, device, found);
  return {
    ...nothing,
    ...evaluated,
    isValid: true,
    version: version ?? null,
    detailVersion: detailVersion ?? null,
    problems: [...unreadCommands(reading), ...missingParts(reading.root, device)].map(
      ({ at, message, help }): Problem => ({ severity: 'warning', at: locationIn(file, at), message, help }),
    ),
  };
}

function read(text: string): XmlReading {
  if (isXml(text)) return readXml(text);
  const reading: Reading = isBraceFormat(text)
    ? readBraceFormat(text)
    : isSetFormat(text)
      ? readSetFormat(text)
      : {
          ok: false,
          at: 0,
          message: 'no configuration of PAN-OS',
          help: 'export the running configuration as XML, or as set commands (set cli config-output-format set)',
        };
  return { reading, version: undefined, detailVersion: undefined };
}

function locationIn(file: SourceFile, at: number): Location {
  return { file, span: { start: at, end: Math.min(at + 1, file.text.length) } };
}

function unreadCommands(reading: Reading): Missing[] {
  if (!reading.ok || !reading.passedOver) return [];
  const { at, count } = reading.passedOver;
  return [
    {
      at,
      message: `${count === 1 ? 'a command' : `${count} commands`} other than set ${count === 1 ? 'was' : 'were'} not read`,
      help: 'give the running configuration as the firewall shows it, not the commands that change it',
    },
  ];
}
