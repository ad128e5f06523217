/**
 * The three forms that PAN-OS writes a configuration in (XML, `set` lines, curly braces) hold the same tree, and here they become
 * one: an element, an entry by its name, a member, a value, all are a node by their name. `destination` with two members is a
 * node with two children, `<action>decrypt</action>` is `action` with the child `decrypt`.
 */
export interface Node {
  readonly name: string;
  /** Where it starts in the text: the `<` of its tag, or its word. */
  readonly at: number;
  readonly children: readonly Node[];
}

/** A node while its children are still being read. */
export interface GrowingNode extends Node {
  readonly children: GrowingNode[];
}

/** The first child of that name, or the grandchild and so on of a longer path. */
export function nodeAt(node: Node | undefined, ...path: readonly string[]): Node | undefined {
  let at = node;
  for (const name of path) at = at?.children.find((child) => child.name === name);
  return at;
}

/** The members of a list, or the entries of a container: none where it is not there. */
export function childrenAt(node: Node | undefined, ...path: readonly string[]): readonly Node[] {
  return nodeAt(node, ...path)?.children ?? [];
}

export function namesAt(node: Node | undefined, ...path: readonly string[]): readonly string[] {
  return childrenAt(node, ...path).map(({ name }) => name);
}

/** The value of a leaf such as `action`; `undefined` where there is none. */
export function valueAt(node: Node | undefined, ...path: readonly string[]): string | undefined {
  return childrenAt(node, ...path)[0]?.name;
}
