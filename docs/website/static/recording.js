// Copyright (c) 2026, telephony.voicemail contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Add controls to recordings. A recording is an SVG whose lines appear by CSS animations with delays, so seeking sets the
// time of all of them. Without scripts it plays once; for readers who prefer no motion it shows the end.
for (const place of document.querySelectorAll(".recording")) {
  const animations = place.getAnimations({ subtree: true });
  const total = Math.max(0, ...animations.map((animation) => animation.effect.getComputedTiming().endTime));
  if (!total) continue;
  const bar = document.createElement("div");
  bar.className = "recording-controls";
  bar.innerHTML =
    '<button type="button"></button><input type="range" min="0" max="1000" value="0" step="1" aria-label="Position in the recording">';
  const [button, slider] = bar.children;
  place.append(bar);
  const position = () => Math.max(...animations.map((animation) => Number(animation.currentTime)));
  let isPlaying = true;
  const show = () => {
    button.textContent = isPlaying ? "Pause" : position() >= total ? "Play again" : "Play";
  };
  const step = () => {
    slider.value = (1000 * position()) / total;
    if (position() >= total) isPlaying = false;
    show();
    if (isPlaying) requestAnimationFrame(step);
  };
  const play = () => {
    if (position() >= total) for (const animation of animations) animation.currentTime = 0;
    for (const animation of animations) animation.play();
    isPlaying = true;
    step();
  };
  const pause = () => {
    for (const animation of animations) animation.pause();
    isPlaying = false;
    show();
  };
  button.addEventListener("click", () => (isPlaying ? pause() : play()));
  slider.addEventListener("input", () => {
    pause();
    for (const animation of animations) animation.currentTime = (slider.value / 1000) * total;
    show();
  });
  step();
}
