export type SubstitutionPart =
  | { readonly kind: 'text'; readonly text: string }
  /** `name` as written between `${` and `}`. */
  | { readonly kind: 'variable'; readonly name: string };

/** Takes the text of Fn::Sub apart. `${!Literal}` stands for the text `${Literal}`. Source: "Fn::Sub" of the template reference. */
export function parseSubstitution(text: string): readonly SubstitutionPart[] {
  const parts: SubstitutionPart[] = [];
  let from = 0;
  for (const match of text.matchAll(/\$\{(!?)([^}]*)\}/g)) {
    parts.push({ kind: 'text', text: text.slice(from, match.index) });
    const [whole, literal, name = ''] = match;
    parts.push(literal === '!' ? { kind: 'text', text: `\${${name}}` } : { kind: 'variable', name: name.trim() });
    from = match.index + whole.length;
  }
  parts.push({ kind: 'text', text: text.slice(from) });
  return parts.filter((part) => part.kind === 'variable' || part.text !== '');
}

/** `Resource.Attribute` into its two halves: the attribute may have dots itself. */
export function splitAttribute(name: string): { readonly logicalId: string; readonly attribute: string } | undefined {
  const dot = name.indexOf('.');
  return dot <= 0 || dot === name.length - 1
    ? undefined
    : { logicalId: name.slice(0, dot), attribute: name.slice(dot + 1) };
}
