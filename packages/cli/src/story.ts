/** What a person types, in this order: shown where nothing was asked for. No line is longer than 80 characters. */
export const story = `Before a firewall starts to inspect inbound TLS, sessions have to become short:

  shortfuse audit                         how long sessions can be resumed now
  shortfuse coverage fw.xml               what holds each of its rules back
  shortfuse patch --panos fw.xml          look at the smallest change that helps
  shortfuse patch --panos fw.xml --write  make it; commit and deploy it, then
  shortfuse mark deployed                 record that the servers use it
  shortfuse status --panos fw.xml         from when each rule may be switched on
  shortfuse mark inspecting               record that inspection is on
  shortfuse decrypt-errors LOG --enabled-at TIME    did it work?
  shortfuse status                        until when to hold
  shortfuse revert --write                everything as it was, to the byte

fw.xml is the configuration of a Palo Alto firewall or of Panorama. Without it,
every listener that audit shows is shortened.
`;
