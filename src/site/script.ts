/**
 * For the list: filters as one types; without it the page is read as it is. Names and words of tools are in a file of
 * their own, asked for when somebody begins to search. Keys: `/` goes to the search, Escape empties it.
 */
export const script = `'use strict';
const form = document.querySelector('form');
const items = [...document.querySelectorAll('ul.servers > li')];
const count = document.querySelector('output');
let tools;
if (form) {
  form.hidden = false;
  const words = new Map(items.map((item) => [item, item.textContent.toLowerCase()]));
  const show = () => {
    const wanted = form.q.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let shown = 0;
    for (const item of items) {
      const text = words.get(item) + ' ' + ((tools && tools[item.dataset.name]) || '');
      const fits = wanted.every((word) => text.includes(word))
        && (!form.network.checked || item.dataset.network === 'none')
        && (!form.secrets.checked || item.dataset.secrets === 'none')
        && (!form.files.checked || item.dataset.files !== 'rw')
        && (form.runtime.value === '' || item.dataset.runtime === form.runtime.value)
        && (form.category.value === '' || item.dataset.categories.split(' ').includes(form.category.value))
        && (form.license.value === '' || item.dataset.license === form.license.value);
      item.hidden = !fits;
      if (fits) shown += 1;
    }
    count.textContent = shown + ' of ' + items.length + ' servers';
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ''));
    history.replaceState(null, '', query.size ? '?' + query : location.pathname);
  };
  const ask = () => {
    if (tools !== undefined) return;
    tools = {};
    fetch('tools.json').then((answer) => answer.json()).then((found) => { tools = found; show(); }).catch(() => {});
  };
  for (const [name, value] of new URLSearchParams(location.search)) {
    const field = form.elements.namedItem(name);
    if (!field) continue;
    if (field.type === 'checkbox') field.checked = true;
    else field.value = value;
  }
  form.addEventListener('input', show);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.q.addEventListener('focus', ask);
  if (form.q.value) ask();
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) { event.preventDefault(); form.q.focus(); }
    if (event.key === 'Escape' && event.target === form.q) { form.q.value = ''; show(); }
  });
  show();
}
for (const block of document.querySelectorAll('pre[data-copy]')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(block.querySelector('code').textContent);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(block.querySelector('code'));
      button.textContent = 'Selected: press Ctrl-C';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
  block.after(button);
}
`;
