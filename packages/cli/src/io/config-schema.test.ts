import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../exit.js';
import { parseConfig } from './config-schema.js';

function parse(text: string) {
  return parseConfig({ text, shown: 'shortfuse.config.json', folder: '/srv/site[1]' });
}

function mistakesOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'none';
}

test('paths start at the folder of the file, which is no pattern itself', () => {
  const config = parse(`{
    // comments and trailing commas are fine
    "target": "1h30m",
    "include": ["nginx", "/etc/nginx", "sites/*.conf"],
    "exclude": ["old/**"],
    "preset": "standing",
    "rules": { "lifetime-implicit": "warning", "lifetime-too-short": ["error", { "minimum": "5s" }] },
    "roots": { "/etc/nginx/": "deploy/nginx" },
    "hosts": { "shop.example": ["203.0.113.10", "[2001:db8::5]:443"], "*:443": [] },
    "servers": {
      "nginx": { "entry": ["nginx/main.conf"], "version": "1.22.1" },
      "apache": { "entry": [], "serverRoot": "httpd", "defines": ["SSL", "PORT=8443"] },
      "iis": { "machines": { "web1": ["hosts/web1", "shared/tls.reg"] } },
    },
  }`);
  expect(config).toEqual({
    targetSeconds: 5400,
    include: ['/srv/site[1]/nginx', '/etc/nginx', '/srv/site\\[1\\]/sites/*.conf'],
    exclude: ['/srv/site\\[1\\]/old/**'],
    preset: 'standing',
    rules: new Map([
      ['lifetime-implicit', { severity: 'warning', options: {} }],
      ['lifetime-too-short', { severity: 'error', options: { minimum: 5 } }],
    ]),
    roots: [{ serverPath: '/etc/nginx', folder: '/srv/site[1]/deploy/nginx' }],
    hosts: new Map([
      ['shop.example', ['203.0.113.10', '[2001:db8::5]:443']],
      ['*:443', []],
    ]),
    servers: new Map([
      ['nginx', { entries: ['/srv/site[1]/nginx/main.conf'], version: '1.22.1', defines: new Map() }],
      [
        'apache',
        {
          entries: [],
          serverRoot: '/srv/site[1]/httpd',
          defines: new Map([
            ['SSL', ''],
            ['PORT', '8443'],
          ]),
        },
      ],
    ]),
    machines: new Map([
      ['f5', new Map()],
      ['iis', new Map([['web1', ['/srv/site[1]/hosts/web1', '/srv/site[1]/shared/tls.reg']]])],
    ]),
  });
});

const wrong = [
  { text: '{ "preset": "rolout" }', want: '1:13: error: preset must be "rollout" or "standing"' },
  {
    text: '{ "rules": { "lifetime-too-short": ["error", { "minimun": 5 }] } }',
    want: '1:48: error: rules.lifetime-too-short.1.minimun is no option of lifetime-too-short (did you mean minimum?): there is minimum',
  },
  {
    text: '{ "rules": { "lifetime-too-short": ["error", { "minimum": "5x" }] } }',
    want: '1:59: error: rules.lifetime-too-short.1.minimum is no duration: write "60s", "5m", "1h30m", "1d" or a number of seconds',
  },
  {
    text: '{ "rules": { "config-invalid": ["error", { "constructor": 1 }] } }',
    want: '1:44: error: rules.config-invalid.1.constructor is unknown: config-invalid has no options',
  },
  { text: '{ "rules": { "config-invalid": ["error", []] } }', want: '1:32: error: rules.config-invalid must be "off"' },
  { text: '{ "rules": { "config-invalid": ["error", {}, 1] } }', want: '1:32: error: rules.config-invalid must be' },
  {
    text: '{\n  "targt": 60\n}',
    want: '2:3: error: unknown key "targt" (did you mean target?)\n  help: known: $schema, target',
  },
  {
    text: '{ "servers": { "nginx": { "versoin": "1" } } }',
    want: '1:27: error: unknown key "versoin" (did you mean version?)',
  },
  {
    text: '{ "rules": { "lifetime-above-targt": "off" } }',
    want: '1:14: error: unknown key "lifetime-above-targt" (did you mean lifetime-above-target?)',
  },
  {
    text: '{ "rules": { "setting-ignored": "warn" } }',
    want: '1:33: error: rules.setting-ignored must be "off", "warning" or "error"',
  },
  { text: '{ "target": "5min" }', want: '1:13: error: target is no duration' },
  { text: '{ "target": -1 }', want: '1:13: error: target is no duration' },
  { text: '{ "target": true }', want: '1:13: error: target must be a duration' },
  { text: '{ "include": ["a", 7] }', want: '1:20: error: include.1 must be a string' },
  { text: '{ "exclude": [""] }', want: '1:15: error: exclude.0 must not be empty' },
  {
    text: '{ "roots": { "etc/nginx": "deploy" } }',
    want: '1:14: error: roots.etc/nginx must be an absolute path on the server',
  },
  {
    text: '{ "servers": { "nginx": { "version": "latest" } } }',
    want: '1:38: error: servers.nginx.version must be a version',
  },
  { text: '{ "hosts": { "a": "10.0.0.1" } }', want: '1:19: error: hosts.a must be a list of addresses' },
  { text: '{ "hosts": { "a": ["shop.example"] } }', want: '1:20: error: hosts.a.0 must be an address' },
  { text: '{ "hosts": { "a": ["2001:db8::1]:443"] } }', want: '1:20: error: hosts.a.0 must be an address' },
  { text: '{ "hosts": { "a": ["10.0.0.1:0"] } }', want: '1:20: error: hosts.a.0 must be an address' },
  { text: '{ "servers": [] }', want: '1:14: error: servers must be an object' },
  { text: '{ "roots": [] }', want: '1:12: error: roots must be an object' },
  { text: '[]', want: '1:1: error: the configuration must be an object' },
];

describe('a mistake is named with its place', () => {
  test.each([
    ...wrong,
    { text: '{ "target": 60', want: '1:15: error: not JSON: close brace expected' },
    { text: '', want: '1:1: error: not JSON: value expected' },
    { text: '{ "target": 1, "target": 2 }', want: '1:16: error: "target" is there twice' },
  ])('$text', ({ text, want }) => expect(mistakesOf(text)).toContain(`shortfuse.config.json:${want}`));

  test('all of them at once', () => {
    expect(mistakesOf('{ "target": "x", "foo": 1 }').match(/: error: /g)).toHaveLength(2);
  });
});

test('the JSON Schema that editors use agrees', () => {
  const schema = JSON.parse(readFileSync(new URL('../../schemas/config.schema.json', import.meta.url), 'utf8'));
  const isValid = new Ajv2020({ strictTuples: false, allowUnionTypes: true }).compile(schema);
  const right = [
    {},
    { $schema: 'x', target: 60, include: ['a'], exclude: [], roots: { '/etc/nginx': 'x', 'C:\\a': 'y' } },
    {
      hosts: { a: ['10.0.0.1', '10.0.0.1:443', '2001:db8::5', '::1', '[2001:db8::5]:443', '::ffff:10.0.0.1'], '*': [] },
    },
    { target: '1d', rules: { 'lease-overdue': 'off', 'config-invalid': ['error'], 'resumption-off': ['off', {}] } },
    { preset: 'standing', rules: { 'lifetime-too-short': ['warning', { minimum: '5s' }] } },
    {
      servers: {
        nginx: { entry: ['a'], version: '1.25.1' },
        apache: { entry: ['b'], serverRoot: 'c', defines: ['D'] },
        f5: { devices: { lb1: ['lb1', 'shared/profile_base.conf'] } },
        iis: { machines: { web1: ['web1'] } },
      },
    },
  ];
  for (const config of right) {
    expect(mistakesOf(JSON.stringify(config))).toBe('none');
    expect(isValid(config), JSON.stringify(config)).toBe(true);
  }
  for (const { text } of wrong) expect(isValid(JSON.parse(text)), text).toBe(false);
});
