/* Chooses the theme before the first paint, so that a dark desk never flashes white. */
(function () {
  var kept = null;
  try {
    kept = localStorage.getItem('kindred.theme');
  } catch (refused) {
    kept = null;
  }
  var dark = kept === 'dark' || (kept !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
