/** A virtual server with one profile, as BIG-IP writes it. */
export function virtual(name: string, profile: string, host = 1): string {
  return `ltm virtual ${name} {
    destination /Common/192.0.2.${host}:443
    profiles {
        ${profile} {
            context clientside
        }
    }
}
`;
}

/** A client-ssl profile with one property a line. */
export function profile(name: string, ...properties: readonly string[]): string {
  return `ltm profile client-ssl ${name} {\n${properties.map((line) => `    ${line}\n`).join('')}}\n`;
}

/** A Terraform module with one profile, by its block with braces, and a virtual server that has it. */
export function terraform(block: string, attached = 'bigip_ltm_profile_client_ssl.a.name'): string {
  return `resource "bigip_ltm_profile_client_ssl" "a" ${block}
resource "bigip_ltm_virtual_server" "v" {
  name            = "/Common/v"
  destination     = "192.0.2.1"
  port            = 443
  client_profiles = [${attached}]
}
`;
}

/** A play with a task that makes a profile, by its arguments with their indentation, and one with a virtual server. */
export function playbook(args: string, { attached = 'a', module = 'bigip_profile_client_ssl' } = {}): string {
  return `- hosts: all
  tasks:
    - ${module}:
${args}    - bigip_virtual_server:
        name: v
        destination: 192.0.2.1
        port: 443
        profiles:
          - name: ${attached}
            context: client-side
`;
}

/** A declaration with a service and the TLS_Server that it has, by its text. */
export function declaration(tlsServer: string, attached = '"t"'): string {
  return `{"class":"ADC","T":{"class":"Tenant","A":{"class":"Application",
"s":{"class":"Service_HTTPS","virtualAddresses":["192.0.2.1"],"serverTLS":${attached}},
"t":${tlsServer}}}}`;
}

/** Answers for a profile and a virtual server that has it. */
export function restAnswer(properties: Readonly<Record<string, unknown>>): string {
  const items = [
    {
      kind: 'tm:ltm:profile:client-ssl:client-sslstate',
      fullPath: '/Common/a',
      defaultsFrom: '/Common/clientssl',
      cacheSize: 1000,
      authenticate: 'once',
      mode: 'enabled',
      tmOptions: '{ no-tlsv1.3 }',
      ...properties,
    },
    {
      kind: 'tm:ltm:virtual:virtualstate',
      fullPath: '/Common/v',
      destination: '/Common/192.0.2.1:443',
      profilesReference: {
        items: [{ kind: 'tm:ltm:virtual:profiles:profilesstate', fullPath: '/Common/a', context: 'clientside' }],
      },
    },
  ];
  return JSON.stringify({ items });
}
