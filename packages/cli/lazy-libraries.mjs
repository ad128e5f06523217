/**
 * What adapters use of large libraries, by kind: most runs read no file that needs them, and their start takes longer than the
 * rest of `audit` together. A name that is missing here fails the build. `namespaces` are objects with any number of members.
 * @type {Readonly<Record<string, { functions?: readonly string[], classes?: readonly string[], namespaces?: readonly string[], objects?: Readonly<Record<string, readonly string[]>> }>>}
 */
const libraries = {
  yaml: { functions: ['isAlias', 'isMap', 'isPair', 'isScalar', 'isSeq', 'parseAllDocuments'], classes: ['Lexer'] },
  'nginx-conf': { functions: ['parse'] },
  ini: { functions: ['decode', 'parse'] },
  'fast-xml-parser': { classes: ['XMLParser'], objects: { XMLValidator: ['validate'] } },
  'ts-morph': { namespaces: ['ts'] },
};

const namespace = 'lazy-library';

/** The files that {@link lazyLibraries} asks for, as entry points of a CommonJS bundle beside the parts of the command line. */
export const libraryEntries = Object.fromEntries(Object.keys(libraries).map((name) => [name, name]));

/**
 * An esbuild plugin: each of these libraries is a file of its own that is read when something in it is called first. Adapters
 * keep their plain imports, because they run in browsers too and cannot wait.
 * @type {import('esbuild').Plugin}
 */
export const lazyLibraries = {
  name: namespace,
  setup(build) {
    const filter = new RegExp(`^(?:${Object.keys(libraries).join('|')})$`);
    build.onResolve({ filter }, ({ path }) => ({ path, namespace }));
    build.onResolve({ filter: /\.cjs$/, namespace }, ({ path }) => ({ path, external: true }));
    build.onLoad({ filter: /./, namespace }, ({ path }) => {
      const { functions = [], classes = [], namespaces = [], objects = {} } = libraries[path] ?? {};
      return {
        contents: [
          `const library = () => require(${JSON.stringify(`./${path}.cjs`)});`,
          ...functions.map((name) => `export const ${name} = (...args) => library().${name}(...args);`),
          ...classes.map(
            (name) =>
              `export const ${name} = new Proxy(function () {}, { construct: (_, args) => new (library().${name})(...args), get: (_, key) => library().${name}[key] });`,
          ),
          ...namespaces.map(
            (name) =>
              // Takes its own place at the first use: a parser's inner loops go through no proxy.
              `export let ${name} = new Proxy({}, { get: (_, key) => (${name} = library().${name})[key] });`,
          ),
          ...Object.entries(objects).map(
            ([name, methods]) =>
              `export const ${name} = { ${methods.map((method) => `${method}: (...args) => library().${name}.${method}(...args)`).join(', ')} };`,
          ),
        ].join('\n'),
      };
    });
  },
};
