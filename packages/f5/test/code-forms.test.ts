import { describe, expect, test } from 'vitest';
import { allProblems, configurations, listeners } from './reading.js';

/** The line that holds `needle`, counted apart from the code under test. */
function lineOf(text: string, needle: string): number {
  return text.split('\n').findIndex((line) => line.includes(needle)) + 1;
}

describe('iControl REST', () => {
  const profiles = {
    kind: 'tm:ltm:profile:client-ssl:client-sslcollectionstate',
    items: [
      {
        kind: 'tm:ltm:profile:client-ssl:client-sslstate',
        name: 'shop',
        partition: 'Common',
        fullPath: '/Common/shop',
        authenticate: 'once',
        cacheSize: 262144,
        cacheTimeout: 1800,
        defaultsFrom: '/Common/clientssl',
        mode: 'enabled',
        sessionTicket: 'enabled',
        sessionTicketTimeout: 7200,
        tmOptions: '{ dont-insert-empty-fragments }',
      },
    ],
  };
  const virtuals = {
    kind: 'tm:ltm:virtual:virtualcollectionstate',
    items: [
      {
        kind: 'tm:ltm:virtual:virtualstate',
        fullPath: '/Common/shop_vs',
        destination: '/Common/192.0.2.36:443',
        profilesReference: {
          items: [
            { kind: 'tm:ltm:virtual:profiles:profilesstate', fullPath: '/Common/shop', context: 'clientside' },
            { kind: 'tm:ltm:virtual:profiles:profilesstate', fullPath: '/Common/http', context: 'all' },
          ],
        },
      },
      {
        kind: 'tm:ltm:virtual:virtualstate',
        fullPath: '/Common/off_vs',
        disabled: true,
        destination: '/Common/192.0.2.37:443',
        profilesReference: { items: [{ fullPath: '/Common/shop', context: 'clientside' }] },
      },
    ],
  };

  test('answers of one folder belong together', () => {
    const files = {
      'dump/client-ssl.json': JSON.stringify(profiles, undefined, 2),
      'dump/virtual.json': JSON.stringify(virtuals, undefined, 2),
    };
    expect(listeners(files)).toEqual([
      `192.0.2.36:443 /Common/shop_vs /Common/shop: 7200 explicit dump/client-ssl.json:${lineOf(files['dump/client-ssl.json'], 'TicketTimeout')}`,
    ]);
    const mechanisms = configurations(files)[0]?.listeners[0]?.mechanisms;
    expect(mechanisms?.ticketTls13.enabled).toBe(true);
  });
});

describe('AS3', () => {
  const declare = (application: object): string =>
    JSON.stringify(
      { class: 'ADC', Acme: { class: 'Tenant', Web: { class: 'Application', ...application } } },
      undefined,
      1,
    );

  test('several addresses, a service without a default port, and authentication each time', () => {
    const text = declare({
      s: {
        class: 'Service_TCP',
        virtualAddresses: ['192.0.2.1', ['192.0.2.2', '10.0.0.0/8']],
        virtualPort: 993,
        serverTLS: 't',
      },
      t: { class: 'TLS_Server', certificates: [{}], authenticationFrequency: 'every-time' },
    });
    expect(listeners({ 'a.json': text })).toEqual([
      `192.0.2.1:993 /Acme/Web/s /Acme/Web/t: 0 explicit a.json:${lineOf(text, 'Frequency')}`,
      `192.0.2.2:993 /Acme/Web/s /Acme/Web/t: 0 explicit a.json:${lineOf(text, 'Frequency')}`,
    ]);
  });

  test('a name that is nothing', () => {
    const text = declare({ s: { class: 'Service_HTTPS', virtualAddresses: ['192.0.2.1'], serverTLS: 'gone' } });
    expect(allProblems({ 'a.json': text })).toEqual([
      `a.json:${lineOf(text, 'gone')} error: serverTLS names gone, which is no TLS_Server of this declaration`,
    ]);
  });

  test('a value that BIG-IP refuses is told once, however many certificates there are', () => {
    const text = declare({
      s: { class: 'Service_HTTPS', virtualAddresses: ['192.0.2.1'], serverTLS: 't' },
      t: { class: 'TLS_Server', certificates: [{}, {}], cacheTimeout: 90000 },
    });
    expect(allProblems({ 'a.json': text })).toEqual([
      `a.json:${lineOf(text, '90000')} error: cache-timeout 90000: out of range 0..86400`,
    ]);
  });

  test('broken JSON is told with its place', () => {
    expect(allProblems({ 'a.json': '{"class": "ADC",\n "x": "TLS_Server" "y": 1}' })).toEqual([
      'a.json:2 error: this is not valid JSON: comma expected',
    ]);
  });
});

describe('Terraform', () => {
  const server = (profiles: string): string =>
    `resource "bigip_ltm_virtual_server" "v" {
  name = "/Common/v"
  destination = "192.0.2.1"
  port = 443
  client_profiles = ${profiles}
}
`;
  test('comments, heredocs, nested blocks and interpolation do not confuse it', () => {
    const text = `# resource "bigip_ltm_profile_client_ssl" "ghost" {
/* cache_timeout = 1 */
locals {
  text = <<-EOT
    resource "bigip_ltm_profile_client_ssl" "ghost" {
  EOT
  more = "\${lookup({ a = "}" }, "a")}"
}
resource "bigip_ltm_profile_client_ssl" "p" {
  name = "/Common/p"
  cert_key_chain {
    name          = "x"
    cache_timeout = 5
  }
  tags = {
    cache_timeout = 6
  }
  cache_timeout = 7200 // seconds
}
${server('["${bigip_ltm_profile_client_ssl.p.name}"]')}`;
    expect(listeners({ 'main.tf': text })).toEqual(['192.0.2.1:443 /Common/v /Common/p: 7200 explicit main.tf:18']);
  });

  test('a variable is unknown, never guessed', () => {
    const text = `resource "bigip_ltm_profile_client_ssl" "p" {\n  name = "/Common/p"\n  cache_timeout = var.seconds\n}\n`;
    const files = { 'a.tf': text, 'b.tf': server('[bigip_ltm_profile_client_ssl.p.name, var.more]') };
    expect(listeners(files)).toEqual(['192.0.2.1:443 /Common/v /Common/p: undefined unknown a.tf:3']);
    const [listener] = configurations(files)[0]?.listeners ?? [];
    expect(listener?.notes.map(({ code }) => code)).toEqual(['computed-profiles']);
  });

  test('a block that nothing closes', () => {
    expect(allProblems({ 'a.tf': 'resource "bigip_ltm_virtual_server" "v" {\n  a = 1\n' })).toEqual([
      'a.tf:1 error: block is not closed before the end of the file',
    ]);
  });

  test('an attribute that is set twice, which Terraform refuses; nested ones are not looked at', () => {
    const nested = '  timeouts {\n    a = 1\n    a = 2\n  }\n';
    expect(
      allProblems({ 'a.tf': `resource "bigip_ltm_virtual_server" "v" {\n  a = 1\n${nested}  a = 2\n}\n` }),
    ).toEqual(['a.tf:7 error: attribute a is set twice in this block']);
  });
});

describe('Ansible', () => {
  const playbook = (timeout: string): string => `- hosts: all
  tasks:
    - block:
        - bigip_profile_client_ssl:
            name: p
            cache_timeout: ${timeout}
        - bigip_virtual_server:
            name: v
            destination: 192.0.2.1
            port: https
            profiles: [p, http]
        - bigip_virtual_server:
            name: gone
            state: absent
            destination: 192.0.2.2
            port: 443
            profiles: [p]
`;
  test('tasks in blocks, short module names, flow lists', () => {
    expect(listeners({ 'tls.yml': playbook('900') })).toEqual([
      '192.0.2.1:443 /Common/v /Common/p: 900 explicit tls.yml:6',
    ]);
  });

  test('a template is unknown, never guessed', () => {
    expect(listeners({ 'tls.yml': playbook('"{{ seconds }}"') })).toEqual([
      '192.0.2.1:443 /Common/v /Common/p: undefined unknown tls.yml:6',
    ]);
  });

  test('broken YAML is told with its place', () => {
    const problems = allProblems({ 'tls.yml': 'bigip_virtual_server:\n  a: [1,\n' });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^tls\.yml:3 error: this is not valid YAML: /);
  });
});
