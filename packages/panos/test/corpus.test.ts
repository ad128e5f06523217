import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readConfigurationBytes } from '../src/config/read.js';
import { coverage } from '../src/coverage/coverage.js';
import { coverageReport } from '../src/coverage/report.js';

const folder = process.env['SHORTFUSE_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));
const batfish = 'batfish__batfish/projects/batfish/src/test/resources/org/batfish/grammar/palo_alto/testconfigs';
const panOsPhp = 'PaloAltoNetworks__pan-os-php';
const ironSkillet = 'PaloAltoNetworks__iron-skillet/templates';

/** What a person counted in each file: decryption rules, NAT rules that translate a destination, places, objects by scope. */
const files = [
  {
    file: `${panOsPhp}/examples/sample-configs/panorama-example.xml`,
    want: {
      version: '6.0.0',
      rules: ['shared pre: shared pre decrypt 1', 'device-group Perimeter-FWs pre: dv1-pre decrypt 1'],
      nat: [],
      places: ['Perimeter-FWs', 'Datacenter-Firewalls', 'ResolvZoneTest'],
      warnings: [/^this file does not tell which device group is the parent/],
    },
  },
  {
    file: `${panOsPhp}/utils/develop/fawkes_baseconfig.xml`,
    want: { version: '10.0.0', rules: [], nat: [], places: [], warnings: [/^folders of Strata Cloud Manager/] },
  },
  {
    file: `${panOsPhp}/utils/develop/migration/panos_baseconfig.xml`,
    want: {
      version: '8.1.0',
      rules: [],
      nat: [],
      places: ['vsys1'],
      warnings: [/^Panorama manages this firewall/],
    },
  },
  {
    file: `${ironSkillet}/panos/full/iron_skillet_panos_full.xml`,
    want: { version: '10.1.0', rules: ['vsys1: NO-Decrypt URL Categories'], nat: [], places: ['vsys1'], warnings: [] },
  },
  {
    file: `${ironSkillet}/panos/baseline/baseline.xml`,
    want: { version: '10.1.0', rules: [], nat: [], places: ['vsys1'], warnings: [] },
  },
  {
    file: `${ironSkillet}/panorama/baseline/baseline.xml`,
    want: { version: '10.1.0', rules: [], nat: [], places: [], warnings: [] },
  },
  {
    file: `${batfish}/destination-nat`,
    want: {
      version: null,
      rules: [],
      nat: ['DEST_NAT_NAME1', 'DEST_NAT_NEVER_REACHED', 'DEST_NAT_NAME2'],
      places: ['vsys1'],
      warnings: [],
    },
  },
  {
    // its NAT rules translate sources only
    file: `${batfish}/panorama-rulebase-copy`,
    want: { version: null, rules: [], nat: [], places: ['DG1 00000001'], warnings: [] },
  },
  {
    file: `${batfish}/application-override-shadowing`,
    want: { version: null, rules: [], nat: [], places: ['vsys1'], warnings: [] },
  },
  { file: `${batfish}/security-rules`, want: { version: null, rules: [], nat: [], places: ['vsys1'], warnings: [] } },
  { file: `${batfish}/high-availability`, want: { version: null, rules: [], nat: [], places: [], warnings: [] } },
  {
    file: `${batfish}/template-stack-overwrite`,
    want: { version: null, rules: [], nat: [], places: [], warnings: [] },
  },
];

/** Log samples: no configurations, and not taken for any. */
const logs = ['correlation', 'globalprotect', 'incident_data_config'].map(
  (name) => `PaloAltoNetworks__Splunk-Apps/demo/samples/pan_${name}.samplelog`,
);

function read(file: string) {
  return readConfigurationBytes(file, readFileSync(join(folder, 'panos', file)));
}

const isHere = existsSync(join(folder, 'manifest.json'));

describe.runIf(isHere)('the corpus', () => {
  test.each(files)('$file', ({ file, want }) => {
    const configuration = read(file);
    const { version, rules, natRules, places, problems, isValid } = configuration;
    expect(isValid).toBe(true);
    expect({
      version,
      rules: rules.map(({ name, location }) => `${location}: ${name}`),
      nat: natRules.map(({ name }) => name),
      places: places.map(({ name, devices }) => [name, ...devices].join(' ')),
    }).toEqual({ version: want.version, rules: want.rules, nat: want.nat, places: want.places });
    expect(problems).toHaveLength(want.warnings.length);
    want.warnings.forEach((pattern, i) => {
      expect(problems[i]?.message).toMatch(pattern);
    });
    const hosts = [{ server: 'nginx', name: 'h', addresses: ['1.1.1.99:443'], lifetimeSeconds: 300 }];
    const { rules: inbound, summary } = coverageReport(coverage(configuration, hosts), { targetSeconds: 60 });
    expect({ inbound, covered: summary.covered }).toEqual({ inbound: [], covered: 0 });
  });

  test.each(logs)('%s', (file) => {
    const { isValid, problems } = read(file);
    expect({ isValid, messages: problems.map(({ message }) => message) }).toEqual({
      isValid: false,
      messages: ['no configuration of PAN-OS'],
    });
  });

  test.each([
    // shared-host1 and 2, Datacenter Subnet, Webserver1; shared-group1, test-dynamic, test-group2
    { file: files[0]?.file ?? '', scope: 'shared', addresses: 7, services: 0 },
    // local-host1; local-group1
    { file: files[0]?.file ?? '', scope: 'Perimeter-FWs', addresses: 2, services: 0 },
    { file: `${batfish}/destination-nat`, scope: 'vsys1', addresses: 4, services: 0 },
  ])('objects of $scope in $file', ({ file, scope, addresses, services }) => {
    const { rules, natRules } = read(file);
    const found = [...rules, ...natRules].find((rule) => rule.scope.name === scope)?.scope;
    expect({ addresses: found?.addresses.size, services: found?.services.size }).toEqual({ addresses, services });
  });
});

if (!isHere) test.skip('needs the corpus of real configuration files: set SHORTFUSE_CORPUS to its folder', () => {});
