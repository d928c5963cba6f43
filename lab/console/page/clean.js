// What CloudWatch takes out of the HTML of a widget before it shows it: everything that could run, or bring in something that could.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_security.html

const FORBIDDEN =
  'script, iframe, use, object, embed, link, meta, base, form, frame, frameset, applet, noscript, template';
const ADDRESSES = ['href', 'src', 'xlink:href', 'action', 'formaction'];

/** A widget's HTML as a fragment that can be put into the page. */
export function clean(html) {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  for (const element of body.querySelectorAll(FORBIDDEN)) element.remove();
  for (const element of body.querySelectorAll('*')) {
    for (const { name, value } of [...element.attributes]) {
      const runs = name.toLowerCase().startsWith('on');
      const isScript = ADDRESSES.includes(name.toLowerCase()) && /^[\s\0]*(javascript|data|vbscript):/i.test(value);
      if (runs || isScript) element.removeAttribute(name);
    }
  }
  const fragment = document.createDocumentFragment();
  fragment.append(...body.childNodes);
  return fragment;
}
