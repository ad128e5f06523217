import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { count } from './logs-sample.js';

const corpus = process.env['SHORTFUSE_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));
const folder = join(corpus, 'panos/PaloAltoNetworks__Splunk-Apps/demo/samples');

/** Syslog samples of somebody else's, with the prefix of two servers: rows by Type, counted with grep. */
const samples = [
  { file: 'pan_globalprotect.samplelog', traffic: 39 },
  { file: 'pan_correlation.samplelog', traffic: 0 },
  { file: 'pan_incident_data_config.samplelog', traffic: 0 },
];

if (!existsSync(folder))
  describe('logs of the corpus', () =>
    test.skip('needs the corpus of real configuration files: set SHORTFUSE_CORPUS to its folder', () => {}));
else
  describe('logs of the corpus', () =>
    test.each(samples)('$file', async ({ file, traffic }) => {
      const path = join(folder, file);
      const report = await count('', { logs: [{ file: { name: file, read: () => createReadStream(path) } }] });
      const [facts] = report.files;
      const others = [...(facts?.otherTypes.values() ?? [])].reduce((sum, rows) => sum + rows, 0);
      const lines = readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line.trim() !== '');
      // None of them is of TCP.
      expect(report).toMatchObject({ destinations: [], errors: [], rejectedRows: 0 });
      expect({ traffic: facts?.ofKind, others }).toEqual({ traffic, others: lines.length - traffic });
    }));
