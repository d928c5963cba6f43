/** What the EC2 protocol can say: text, or an element with children; a list is an element of `<item>`s. */
export type XmlValue = string | number | boolean | undefined | readonly XmlValue[] | XmlElement;
export interface XmlElement {
  readonly [name: string]: XmlValue;
}

/** Writes `<name>…</name>`; `undefined` is left out, an empty list is an empty element. */
export function writeXml(name: string, value: XmlValue, attributes = ''): string {
  if (value === undefined) return '';
  const open = `<${name}${attributes}>`;
  if (Array.isArray(value)) return `${open}${value.map((item) => writeXml('item', item)).join('')}</${name}>`;
  if (typeof value !== 'object') return `${open}${escapeXml(String(value))}</${name}>`;
  const children = Object.entries(value).map(([child, content]) => writeXml(child, content));
  return `${open}${children.join('')}</${name}>`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

export function escapeXml(text: string): string {
  return text.replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? character);
}
