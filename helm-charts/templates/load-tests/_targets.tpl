{{/* The targets that are loaded, by name: url, counters and in_all. */}}
{{- define "load-tests.targets" -}}
{{- $known := .Targets }}
{{- range $name, $own := .Values.targets }}
{{- if not (hasKey $known $name) }}
{{- fail (printf "load-tests.targets.%s: no such target; expected one of %s" $name (keys $known | sortAlpha | join ", ")) }}
{{- end }}
{{- end }}
{{- $loaded := dict }}
{{- range $name, $target := $known }}
{{- $own := get $.Values.targets $name | default dict }}
{{- if and $target.chart (ne (toString $own.enabled) "false") }}
{{- $_ := set $loaded $name (include "load-tests.target" (list $ $target $own) | fromYaml) }}
{{- end }}
{{- end }}
{{- if not $loaded }}
{{- fail "load-tests has no target to load: every load-tests.targets.<name>.enabled is false" }}
{{- end }}
{{- toYaml $loaded }}
{{- end }}

{{/* All loads, each with its targets: one load of each target, and `all` of those with `in_all`. */}}
{{- define "load-tests.loads" -}}
{{- $loads := dict }}
{{- range $name, $target := include "load-tests.targets" . | fromYaml }}
{{- $_ := set $loads $name (dict $name $target) }}
{{- if $target.in_all }}{{ $_ := set $loads "all" (get $loads "all" | default dict | merge (dict $name $target)) }}{{ end }}
{{- end }}
{{- toYaml $loads }}
{{- end }}

{{/* One target: (list . ENTRY VALUES). */}}
{{- define "load-tests.target" -}}
{{- $root := index . 0 }}
{{- $target := index . 1 }}
{{- $own := index . 2 }}
in_all: {{ ne (toString $target.in_all) "false" }}
url: {{ $own.host | default (include "load-tests.url" (list $root $target)) }}
{{- if or $own.counters (and $target.metrics (not $own.host)) }}
counters: {{ $own.counters | default (printf "http://%s:%v" (include "load-tests.server" (list $root $target.chart "-headless")) $target.ports.http) }}
{{- end }}
{{- end }}

{{/*
Where a target is asked: (list . TARGET). A Service balances connections. Where one is kept for all requests, as gRPC's
are, its client had better see the pods themselves.
*/}}
{{- define "load-tests.url" -}}
{{- $root := index . 0 }}
{{- $target := index . 1 }}
{{- $request := $target.request }}
{{- if eq ($request.protocol | default "HTTP/1.1") "gRPC" -}}
grpc://{{ include "load-tests.server" (list $root $target.chart "-headless") }}:{{ get $target.ports $request.port }}
{{- else -}}
http://{{ include "load-tests.server" (list $root $target.chart "") }}:{{ $root.Values.servers.port }}
{{- end }}
{{- end }}

{{/* A Service of a server: (list . CHART SUFFIX). */}}
{{- define "load-tests.server" -}}
{{- $release := (index . 0).Values.servers.release | default (index . 0).Release.Name }}
{{- include "celsiusify.named" (list (dict "Release" (dict "Name" $release)) (printf "%s%s" (index . 1) (index . 2)) 63) }}
{{- end }}
