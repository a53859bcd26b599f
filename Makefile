# make demo: set everything up and run the main job. make test: set everything up and run all tests.
PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3.10 python3))
VENV := .venv
BIN := $(VENV)/bin
DEMO_OUT ?= demo-output
OUT ?= tour-output
APT := libgl1 libegl1 libglib2.0-0 libfontconfig1 libxkbcommon0 libdbus-1-3 libportaudio2 espeak-ng \
  pulseaudio pulseaudio-utils libasound2-plugins alsa-utils \
  xvfb xauth libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 \
  libxcb-render-util0 libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0 fonts-dejavu-core
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test tour lint setup system clean bench-audio

demo: setup
	$(BIN)/cmet-studio demo --out $(DEMO_OUT) --force

test: setup lint
	$(BIN)/python -m pytest -n auto

# Recording and playback measured on PulseAudio's null sink, which needs no sound card.
bench-audio: setup
	$(BIN)/python tests/loopback.py $(BIN)/cmet-studio bench audio --json

# The story of an edit on the real application, photographed: make tour OUT=folder
tour: setup
	xvfb-run -a -s "-screen 0 1600x1000x24" $(BIN)/python tests/tour/run.py $(OUT)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy cmet_studio
	$(BIN)/lint-imports

setup: system $(VENV)/.installed

# Debian and Ubuntu: install what is missing, or say which one line does it.
system:
	@if command -v dpkg-query >/dev/null; then \
	  missing=; for p in $(APT); do \
	    dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; \
	  done; \
	  if [ -n "$$missing" ]; then \
	    if [ "$$(id -u)" = 0 ]; then run=; \
	    elif sudo -n true 2>/dev/null; then run=sudo; \
	    else echo "Please run:  sudo apt-get install -y$$missing"; exit 2; fi; \
	    $$run apt-get update -qq && \
	    $$run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; \
	  fi; \
	fi

$(VENV)/.installed: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: install it, or say make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) $(DEMO_OUT)
