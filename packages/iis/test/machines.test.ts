import { decode, positionOf } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { parse } from '../src/index.js';
import { configurationsOf, type Files, host, lifetimes, reg } from './reading.js';

const minute = reg('"ServerCacheTime"=dword:0000ea60');
const hour = reg('"ServerCacheTime"=dword:0036ee80');

function byLabel(files: Files): Record<string, string[]> {
  return Object.fromEntries(configurationsOf(files).map((each) => [each.label, lifetimes([each])]));
}

describe('files belong to machines by folder', () => {
  test('a file in a machine’s folder is about that machine', () =>
    expect(
      byLabel({ 'a/applicationHost.config': host, 'b/applicationHost.config': host, 'a/reg/t.reg': minute }),
    ).toEqual({
      'a/applicationHost.config': ['60 explicit a/reg/t.reg:4'],
      'b/applicationHost.config': ['36000 default'],
    }));

  test('a file beside the machines’ folders is about all of them', () =>
    expect(
      byLabel({ 'a/applicationHost.config': host, 'b/applicationHost.config': host, 'gpo/t.reg': minute }),
    ).toEqual({
      'a/applicationHost.config': ['60 explicit gpo/t.reg:4'],
      'b/applicationHost.config': ['60 explicit gpo/t.reg:4'],
    }));

  test('the tree of a disk is one machine', () =>
    expect(
      byLabel({
        'a/Windows/System32/inetsrv/config/applicationHost.config': host,
        'b/applicationHost.config': host,
        'a/t.reg': minute,
      }),
    ).toEqual({
      'a/Windows/System32/inetsrv/config/applicationHost.config': ['60 explicit a/t.reg:4'],
      'b/applicationHost.config': ['36000 default'],
    }));

  test('without a machine the settings govern no listener', () => {
    const [only, ...more] = configurationsOf({ 'policies/t.reg': minute });
    expect(more).toEqual([]);
    expect(
      only?.unattached.map(
        ({ at, seconds }) => `${at.file.path}:${positionOf(at.file, at.span.start).line} ${seconds}`,
      ),
    ).toEqual(['policies/t.reg:4 60']);
  });

  test('what is assumed is said', () =>
    expect(
      configurationsOf({ 'applicationHost.config': host, 'x/t.reg': minute })[0]?.assumptions.join('\n'),
    ).toContain('all registry files and scripts here are taken to be about its machine'));
});

describe('several files', () => {
  test('that agree are as good as one', () =>
    expect(byLabel({ 'applicationHost.config': host, 'a.reg': minute, 'b.reg': minute })).toEqual({
      'applicationHost.config': ['60 explicit a.reg:4'],
    }));

  test('that disagree leave it open, and that is reported', () => {
    const [only] = configurationsOf({ 'applicationHost.config': host, 'a.reg': minute, 'b.reg': hour });
    expect(lifetimes(only ? [only] : [])).toEqual(['? unknown b.reg:4']);
    expect(only?.problems.map(({ message }) => message)).toEqual([
      'ServerCacheTime is 3600000 ms here and 60000 ms in a.reg:4',
    ]);
  });

  test('the way back of a change is not applied', () =>
    expect(
      byLabel({
        'applicationHost.config': host,
        'schannel-session-60s.reg': minute,
        'schannel-session-revert.reg': hour,
      }),
    ).toEqual({
      'applicationHost.config': ['60 explicit schannel-session-60s.reg:4'],
    }));
});

describe('applicationHost.config', () => {
  const sites = (inner: string) =>
    `<configuration><system.applicationHost><sites>${inner}</sites></system.applicationHost></configuration>`;
  const names = (text: string, more: Files = {}) =>
    configurationsOf({ 'applicationHost.config': text, ...more }).flatMap(({ listeners }) =>
      listeners.map(({ name, address }) => `${address} ${name}`),
    );

  test('a binding can be removed', () =>
    expect(
      names(
        sites(
          '<site name="a"><bindings><remove protocol="https" bindingInformation="*:443:"/><binding protocol="HTTPS" bindingInformation="*:8443:"/></bindings></site>' +
            '<siteDefaults><bindings><binding protocol="https" bindingInformation="*:443:"/></bindings></siteDefaults>',
        ),
      ),
    ).toEqual(['*:8443 a/https/*:8443:']));

  test('sites in a location tag or a comment do not exist', () =>
    expect(
      names(
        `<configuration><system.applicationHost><sites><!-- <site name="c"><bindings><binding protocol="https" bindingInformation="*:1:"/></bindings></site> --></sites></system.applicationHost>` +
          `<location path="x"><system.applicationHost><sites><site name="b"><bindings><binding protocol="https" bindingInformation="*:443:"/></bindings></site></sites></system.applicationHost></location></configuration>`,
      ),
    ).toEqual([]));

  test('the sites may be in a file of their own', () => {
    const text =
      '<configuration><system.applicationHost><sites configSource="parts\\sites.config"/></system.applicationHost></configuration>';
    const part =
      '<sites>\n<site name="a"><bindings>\n<binding protocol="https" bindingInformation="*:443:"/></bindings></site></sites>';
    const [only] = configurationsOf({
      'applicationHost.config': text.replace('<sites ', '<sites \n'),
      'parts/sites.config': part,
    });
    expect(
      only?.listeners.map(
        ({ definedAt }) => `${definedAt.file.path}:${positionOf(definedAt.file, definedAt.span.start).line}`,
      ),
    ).toEqual(['parts/sites.config:3']);
    expect(configurationsOf({ 'applicationHost.config': text })[0]?.problems.map(({ message }) => message)).toEqual([
      'the sites are in parts\\sites.config, which is not among the files',
    ]);
  });

  test('FTP inherits the certificate of siteDefaults unless it has an empty one', () => {
    const ftp = (name: string, own = '') =>
      `<site name="${name}"><bindings><binding protocol="ftp" bindingInformation="*:21:"/></bindings>${own}</site>`;
    const ssl = (hash: string) => `<ftpServer><security><ssl serverCertHash="${hash}"/></security></ftpServer>`;
    expect(names(sites(`${ftp('a')}${ftp('b', ssl(''))}<siteDefaults>${ssl('AB')}</siteDefaults>`))).toEqual([
      '*:21 a/ftp/*:21:',
    ]);
  });

  test('what is no binding information has no address, and that is reported', () => {
    const [only] = configurationsOf({
      'applicationHost.config': sites(
        '<site name="a"><bindings><binding protocol="https" bindingInformation="443"/></bindings></site>',
      ),
    });
    expect(only?.listeners.map(({ address }) => address)).toEqual([null]);
    expect(only?.problems.map(({ message }) => message)).toEqual(['"443" is no binding information']);
  });

  test('a look-alike in a location tag is told at its site only', () => {
    const two = ['a', 'b']
      .map(
        (name) =>
          `<site name="${name}"><bindings><binding protocol="https" bindingInformation="*:443:${name}"/></bindings></site>`,
      )
      .join('');
    const location =
      '<location path="B/x"><system.webServer><security><access sslFlags="Ssl"/></security></system.webServer></location>';
    const text = sites(two).replace('</configuration>', `${location}</configuration>`);
    const listeners = configurationsOf({ 'applicationHost.config': text }).flatMap((each) => each.listeners);
    expect(listeners.map(({ name, ignored }) => [name, ignored.length])).toEqual([
      ['a/https/*:443:a', 0],
      ['b/https/*:443:b', 1],
    ]);
  });

  test('before Windows Server 2022 there is no TLS 1.3', () => {
    const [before, after] = ['2019', '2022'].map(
      (version) => configurationsOf({ 'applicationHost.config': host }, version)[0]?.listeners[0],
    );
    expect(before?.mechanisms.ticketTls13.enabled).toBe(false);
    expect(after?.mechanisms.ticketTls13.enabled).toBe(true);
  });

  const deep = '<a>'.repeat(600) + '</a>'.repeat(600);
  test.each([
    ['<a b="<"/>', 'the value of b holds a bare <'],
    ['<a b="&x;"/>', 'the value of b holds a bare & or an entity that XML does not know'],
    ['<a/><b/>', 'a second root element, b'],
    ['<a/>b', 'text after the root element'],
    ['<a></b>', "expected closing tag 'a' (opened in line 1, col 1) instead of closing tag 'b'"],
    ['<a b="1" b="2"/>', "attribute 'b' is repeated"],
    ['<a b="1', "attributes for 'a' have open quote"],
    ['<a><b>', 'unexpected end of file'],
    ['', 'start tag expected'],
    [deep, 'elements are nested more than 500 deep'],
  ])('refused: %#', (text, what) =>
    expect(
      parse(decode('applicationHost.config', new TextEncoder().encode(text))).problems.map(({ message }) => message),
    ).toEqual([`not well-formed: ${what}`]),
  );

  test('references in names are read', () =>
    expect(
      names(
        sites(
          '<site name="a &amp; b&#x26;&#99;"><bindings><binding protocol="https" bindingInformation="*:443:"/></bindings></site>',
        ),
      ),
    ).toEqual(['*:443 a & b&c/https/*:443:']));
});

describe('sessions from before a change', () => {
  const sessionsWith = (files: Files) => {
    const listener = configurationsOf({ 'applicationHost.config': host, ...files })[0]?.listeners[0];
    return [listener?.oldSessionsAfterReload, listener?.oldSessionsAfterRestart, listener?.oldSessions?.end];
  };
  test('end with a restart of the machine, because the cache is in memory', () =>
    expect(sessionsWith({ 't.reg': hour })).toEqual([
      'unknown',
      'dropped',
      'restart the machine (shutdown /r /t 0; every service on it is away for minutes), or HTTP.sys and what depends on it (Restart-Service HTTP -Force)',
    ]));

  test('nobody knows of those that a ticket holds', () =>
    expect(
      sessionsWith({ 't.cmd': 'netsh http add sslcert ipport=0.0.0.0:443 enablesessionticket=enable' }).slice(0, 2),
    ).toEqual(['unknown', 'unknown']));

  test('there are none where nothing is resumed', () =>
    expect(sessionsWith({ 't.reg': reg('"ServerCacheTime"=dword:0') })).toEqual(['unknown', 'dropped', undefined]));
});
