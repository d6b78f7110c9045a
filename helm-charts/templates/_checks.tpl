{{/* Combinations of values that can't work. Every file of objects calls this first, so that no other error hides them. */}}
{{- define "celsiusify.checks" -}}
{{- $servers := dict }}
{{- include "celsiusify.fillServers" (list . $servers) }}
{{- $load := dict }}
{{- include "celsiusify.fillLoad" (list . $load) }}
{{- if not (or $servers $load.Values.enabled) }}
{{- fail "nothing is enabled: set converter-api.enabled, tf-serving.enabled or load-tests.enabled" }}
{{- end }}
{{- range $servers }}
{{- include "celsiusify.server.validate" . }}
{{- end }}
{{- if not .Values.parity.allowUnequalCpu }}
{{- range include "celsiusify.unequal" $servers | fromYamlArray }}
{{- fail (printf "%s: make them equal, or set parity.allowUnequalCpu" .) }}
{{- end }}
{{- end }}
{{- $blocks := deepCopy $servers }}
{{- if $load.Values.enabled }}
{{- include "load-tests.validate" $load }}
{{- include "celsiusify.checkLoaded" (list $load $servers) }}
{{- $_ := set $blocks "load-tests" $load }}
{{- end }}
{{- range $name, $block := $blocks }}
{{- if and $.Values.networkPolicy.defaultDeny (not $block.Values.networkPolicy.enabled) }}
{{- fail (printf "%s.networkPolicy.enabled is false, so that networkPolicy.defaultDeny cuts its pods off: set both or neither" $name) }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Differences of the servers' CPU, as a list of sentences' beginnings. Requests decide who waits on a busy node, and limits
how much a pod may use.
*/}}
{{- define "celsiusify.unequal" -}}
{{- range $kind := list "requests" "limits" }}
{{- $amounts := list }}
{{- $texts := list }}
{{- range $name, $server := $ }}
{{- $cpu := include "celsiusify.millicores" (get ($server.Values.resources | default dict) $kind | default dict).cpu }}
{{- $amounts = append $amounts $cpu }}
{{- $texts = append $texts (printf "%s %sm" $name $cpu) }}
{{- end }}
{{- if gt ($amounts | uniq | len) 1 }}
- resources.{{ $kind }}.cpu differs between servers that are compared ({{ join ", " $texts }})
{{- end }}
{{- end }}
{{- end }}

{{/* Targets of load-tests must be served by this release, on the port that is loaded: (list LOAD SERVERS). */}}
{{- define "celsiusify.checkLoaded" -}}
{{- $load := index . 0 }}
{{- $servers := index . 1 }}
{{- $unserved := list }}
{{- if not $load.Values.servers.release }}
{{- range $name, $target := $load.Targets }}
{{- $own := get $load.Values.targets $name | default dict }}
{{- if and $target.chart (not $own.host) (ne (toString $own.enabled) "false") }}
{{- $server := get $servers $target.chart }}
{{- if $server }}
{{- include "celsiusify.checkPorts" (list $load $name $target $server) }}
{{- else }}
{{- $unserved = append $unserved (printf "load-tests.targets.%s.enabled=false" $name) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- if $unserved }}
{{- fail (printf "load-tests loads targets that no enabled server serves: --set %s leaves them out, load-tests.servers.release names another release that serves them, and load-tests.targets.<name>.host another server" (join "," $unserved)) }}
{{- end }}
{{- end }}

{{/* A target and its server must agree on ports: (list LOAD NAME TARGET SERVER). */}}
{{- define "celsiusify.checkPorts" -}}
{{- $port := (index . 0).Values.servers.port }}
{{- $name := index . 1 }}
{{- $target := index . 2 }}
{{- $server := index . 3 }}
{{- with $server.Values.service }}
{{- if ne (int .port) (int $port) }}
{{- fail (printf "%s.service.port (%v) isn't load-tests.servers.port (%v): make them equal" $target.chart .port $port) }}
{{- end }}
{{- if ne (include "celsiusify.ports" $server | fromYaml | toJson) (toJson $target.ports) }}
{{- fail (printf "%s.service.targetPort (%v) isn't the port of %s in targets.yaml: leave it empty, or set load-tests.targets.%s.host, and networkPolicy.extraEgress to that port" $target.chart .targetPort $name $name) }}
{{- end }}
{{- end }}
{{- end }}
