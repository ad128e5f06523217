import { type Command, Option } from 'commander';
import { gather, protocols } from '../probe/options.js';

/** Adds to `mark` what asks servers whether old sessions are gone. */
export function addProvingOptions(command: Command): Command {
  return command
    .option(
      '--probe <host[:port]>',
      'ask this server, and record what it does with old sessions; can be repeated',
      gather,
    )
    .option('--sessions <file>', 'the sessions that probe --before FILE kept before it, to be offered now')
    .option('--servername <name>', 'for --probe: the name to send in SNI (default: HOST, unless it is an address)')
    .option('--no-servername', 'for --probe: send no name')
    .option('--connect <[host[:port]=]address[:port]>', 'for --probe: connect there instead; can be repeated', gather)
    .addOption(new Option('--starttls <protocol>', 'for --probe: begin without TLS').choices(protocols))
    .option('--cert <file>', 'show this client certificate (PEM) to those that are asked, with --key')
    .option('--key <file>', 'the key of the client certificate (PEM)');
}

export const markHelp = `
A server knows best whether its old sessions are gone. Keep some before the
reload, offer them after it, and status counts with what the server did:

  shortfuse probe --before sessions.json shop.example
  (reload or restart)
  shortfuse mark restarted --sessions sessions.json

--sessions alone asks every server in the file; --probe chooses among them. The
file is removed once all of them have refused their sessions. --probe without
--sessions offers no old session and proves nothing; it still shows whether the
server announces the new lifetime.

Exit status:
  0  recorded
  1  recorded, and a server that was asked still accepts old sessions, or
     announces a lifetime above the target for new ones
  2  wrong usage, or a server does not answer; nothing is recorded`;
