/* Applies a kept choice of theme before the first paint; without one the system's own preference rules in CSS. */
(function () {
  try {
    var kept = localStorage.getItem('kindred.theme');
    if (kept === 'dark' || kept === 'light') document.documentElement.dataset.theme = kept;
  } catch (refused) {
    /* Storage may be switched off: the system's preference then stands. */
  }
})();
