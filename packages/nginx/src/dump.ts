import type { SourceFile } from '@shortfuse/core';

/** What `nginx -T` prints before each file. Source: ngx_main's dump_config loop in src/core/nginx.c. */
const marker = '# configuration file ';

/**
 * The files that the output of `nginx -T` prints, in the order in which nginx read them, under their paths on the server;
 * undefined where `file` is no such output. What stands before the first marker (the messages of `nginx -t`) is dropped. nginx
 * ends each file with a line end of its own, which is not part of the file.
 */
export function unpackDump(file: SourceFile): SourceFile[] | undefined {
  const { text, encoding } = file;
  const starts: { path: string; markerAt: number; contentAt: number }[] = [];
  let at = text.startsWith(marker) ? 0 : next(text, 0);
  while (at !== -1) {
    const lineEnd = text.indexOf('\n', at);
    const line = text.slice(at + marker.length, lineEnd === -1 ? text.length : lineEnd).replace(/\r$/, '');
    // A comment in somebody's file may begin alike; nginx prints an absolute path and a colon.
    if (line.endsWith(':') && (line.startsWith('/') || /^[A-Za-z]:[\\/]/.test(line)) && lineEnd !== -1)
      starts.push({ path: line.slice(0, -1), markerAt: at, contentAt: lineEnd + 1 });
    at = next(text, at);
  }
  if (starts.length === 0) return undefined;
  return starts.map(({ path, contentAt }, i) => {
    const end = starts[i + 1]?.markerAt ?? text.length;
    const content = text.slice(contentAt, end);
    return { path, text: content.endsWith('\n') && starts[i + 1] ? content.slice(0, -1) : content, encoding };
  });
}

function next(text: string, from: number): number {
  const at = text.indexOf(`\n${marker}`, from);
  return at === -1 ? -1 : at + 1;
}
