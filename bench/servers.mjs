// @ts-check
// The other servers: one large generated file each, parsed in this process and audited as a process of its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bench } from 'tinybench';
import { apache } from '../packages/apache/dist/index.js';
import { decode } from '../packages/core/dist/index.js';
import { f5 } from '../packages/f5/dist/index.js';
import { iis } from '../packages/iis/dist/index.js';
import { medians, peakMemory } from './processes.mjs';

const count = 20_000;

/** @param {(i: number) => string} block */
function repeated(block) {
  return Array.from({ length: count }, (_, i) => block(i)).join('');
}

const inputs = [
  {
    name: 'Apache httpd, 20,000 virtual hosts',
    adapter: apache,
    file: 'httpd.conf',
    text: `ServerName localhost\nLoadModule ssl_module modules/mod_ssl.so\nListen 443 https\nSSLSessionCacheTimeout 300\n${repeated(
      (i) =>
        `\n# site ${i}\n<VirtualHost *:443>\n    ServerName www${i}.example.com\n    ServerAlias alias${i}.example.com\n    DocumentRoot "/var/www/${i}"\n` +
        `    SSLEngine on\n    SSLCertificateFile /etc/ssl/${i}.crt\n    SSLCertificateKeyFile /etc/ssl/${i}.key\n    SSLSessionCacheTimeout ${60 + (i % 900)}\n` +
        `    <Directory "/var/www/${i}">\n        Options -Indexes +FollowSymLinks\n        Require all granted\n    </Directory>\n    ErrorLog logs/${i}-error.log\n</VirtualHost>\n`,
    )}`,
  },
  {
    name: 'F5 BIG-IP, 20,000 profiles and virtual servers',
    adapter: f5,
    file: 'bigip.conf',
    text: `#TMSH-VERSION: 16.1.4\n\n${repeated(
      (i) =>
        `ltm profile client-ssl /Common/p${i} {\n    app-service none\n    cache-timeout ${60 + (i % 7200)}\n    cert-key-chain {\n        c${i} {\n            cert /Common/c${i}.crt\n            chain /Common/chain.crt\n            key /Common/c${i}.key\n        }\n    }\n    ciphers DEFAULT\n    defaults-from /Common/clientssl\n    inherit-certkeychain false\n    options { dont-insert-empty-fragments no-tlsv1.3 }\n}\n` +
        `ltm virtual /Common/v${i} {\n    creation-time 2026-01-01:00:00:00\n    description "a server of the shop, number ${i}"\n    destination /Common/10.${i >> 16}.${(i >> 8) & 255}.${i & 255}:443\n    ip-protocol tcp\n    mask 255.255.255.255\n    pool /Common/pool${i}\n    profiles {\n        /Common/http { }\n        /Common/p${i} {\n            context clientside\n        }\n        /Common/tcp { }\n    }\n    source 0.0.0.0/0\n    source-address-translation {\n        type automap\n    }\n    translate-address enabled\n    translate-port enabled\n}\n`,
    )}`,
  },
  {
    name: 'IIS, 20,000 sites',
    adapter: iis,
    file: 'applicationHost.config',
    text: `<?xml version="1.0" encoding="UTF-8"?>\r\n<configuration>\r\n  <system.applicationHost>\r\n    <sites>\r\n${repeated(
      (i) =>
        `      <site name="site ${i}" id="${i + 1}" serverAutoStart="true">\r\n        <application path="/" applicationPool="pool${i}">\r\n          <virtualDirectory path="/" physicalPath="C:\\inetpub\\${i}" />\r\n        </application>\r\n        <bindings>\r\n          <binding protocol="http" bindingInformation="*:80:www${i}.example.com" />\r\n          <binding protocol="https" bindingInformation="*:443:www${i}.example.com" sslFlags="1" />\r\n        </bindings>\r\n      </site>\r\n`,
    )}    </sites>\r\n  </system.applicationHost>\r\n</configuration>\r\n`,
  },
];

/**
 * @param {string} commandFile
 * @returns {Promise<{ name: string, megabytes: number, parse: number, audit: number, memory: number | undefined }[]>} parse and audit in MB/s, memory in MB
 */
export async function serverRates(commandFile) {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-bench-'));
  const rows = [];
  for (const { name, adapter, file, text } of inputs) {
    const bytes = new TextEncoder().encode(text);
    const source = decode(file, bytes);
    const bench = new Bench({ time: 0, iterations: 7, warmupTime: 0, warmupIterations: 3 });
    bench.add('parse', () => {
      adapter.parse(source);
    });
    await bench.run();
    const result = bench.tasks[0]?.result;
    const parseMs = result?.state === 'completed' ? result.latency.p50 : Number.NaN;
    const path = join(folder, file);
    writeFileSync(path, bytes);
    const command = {
      name: 'audit',
      program: process.execPath,
      args: [commandFile, 'audit', path, '--output', join(folder, 'report.txt')],
    };
    const auditMs = medians([command], 3).get('audit')?.ms ?? Number.NaN;
    const megabytes = bytes.length / 1e6;
    rows.push({
      name,
      megabytes,
      parse: megabytes / (parseMs / 1000),
      audit: megabytes / (auditMs / 1000),
      memory: peakMemory(command),
    });
  }
  rmSync(folder, { recursive: true });
  return rows;
}
