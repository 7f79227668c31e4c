const root = document.documentElement;
const button = document.getElementById('theme');
button.hidden = false;
button.addEventListener('click', () => {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  root.dataset.theme = (root.dataset.theme || dark) === 'dark' ? 'light' : 'dark';
});
