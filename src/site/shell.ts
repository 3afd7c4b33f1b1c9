import { html, type Markup } from './html.ts';

interface Page {
  readonly title: string;
  readonly description: string;
  /** From the page to the first one's folder. */
  readonly root: '' | '../';
  readonly body: Markup;
}

/** What every page has around it. Nothing from elsewhere is loaded, and the browser is told so. */
export function shell({ title, description, root, body }: Page): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; base-uri 'none'"
        />
        <meta name="referrer" content="no-referrer" />
        <meta name="description" content="${description}" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${root}style.css" />
        <script src="${root}site.js" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        ${body}
      </body>
    </html> `.text;
}
