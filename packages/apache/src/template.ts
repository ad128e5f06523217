/**
 * Lines of template languages in a file that becomes an httpd configuration only when it is rendered: Jinja and Liquid
 * (`{% %}`), Go, Handlebars and Mustache (`{{ }}`), ERB and EPP (`<% %>`).
 */

/** Does `text` hold anything that looks like a tag? Quick, and true for some files that are no templates. */
export function isTemplate(text: string): boolean {
  return text.includes('<%') || text.includes('{%') || text.includes('{{');
}

/** How a line changes the nesting of a template's conditions and loops. */
export interface TemplateSteps {
  readonly opens: number;
  readonly closes: number;
}

const longestTag = 2000;

/**
 * The nesting of a line that consists of a tag, or undefined where it is a line of httpd's (which may hold tags). `<%= … %>`
 * and `{{ x }}` alone on a line stand for lines that are not known: they count as tags without a step.
 */
export function templateSteps(text: string, start: number, end: number): TemplateSteps | undefined {
  const first = text.charAt(start);
  const second = text.charAt(start + 1);
  if (!((first === '<' && second === '%') || (first === '{' && (second === '%' || second === '{' || second === '#'))))
    return undefined;
  const code = text.slice(start + 2, Math.min(end, start + longestTag)).replace(/^[-=_+~#\s]+/, '');
  const closes = /^(?:end\w*\b|\}|\/)/.test(code) || /^(?:else|elsif|elif|elseif|\^)\b/.test(code) ? 1 : 0;
  const isBranch = /^(?:else|elsif|elif|elseif|\^)\b/.test(code) || /^\}\s*else/.test(code);
  const opens =
    isBranch ||
    /^(?:if|unless|for|case|while|range|with|each|foreach|block|call|macro|filter|raw)\b/.test(code) ||
    /\bdo\b\s*(?:\|[^|]*\|)?\s*-?%>/.test(code) ||
    /\{\s*(?:\|[^|]*\|)?\s*-?%>/.test(code)
      ? 1
      : 0;
  const closedAgain = opens === 1 && !isBranch && /\bend\w*\b\s*[-~]?[%}]/.test(code) ? 1 : 0;
  return { opens: opens - closedAgain, closes };
}

/** A value that a template or a build step fills in: `<%= x %>`, `{{ x }}`, `@X@`, `%%x%%`, `__X__`. */
export function hasPlaceholder(text: string): boolean {
  return /<%|\{\{|\{%|@[A-Za-z][A-Za-z0-9_]*@|%%[A-Za-z_]+%%|__[A-Z][A-Z0-9_]*__/.test(text);
}
