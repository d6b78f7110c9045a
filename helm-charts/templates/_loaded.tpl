{{/* What load-tests asks of this release must be served by it, on the port that is asked. */}}
{{- define "celsiusify.loaded" -}}
{{- $unserved := list }}
{{- range $name, $target := include "celsiusify.askedHere" . | fromYaml }}
{{- $server := get $.Subcharts $target.chart }}
{{- if $server }}
{{- include "celsiusify.loadedAsServed" (list $ $name $target $server) }}
{{- else }}
{{- $unserved = append $unserved (printf "load-tests.targets.%s.enabled=false" $name) }}
{{- end }}
{{- end }}
{{- if $unserved }}
{{- fail (printf "load-tests loads what no chart that is enabled serves: --set %s leaves it out, and targets.<name>.host says who else serves it" (join "," $unserved)) }}
{{- end }}
{{- end }}

{{/* The targets that load-tests asks of this release, by name. */}}
{{- define "celsiusify.askedHere" -}}
{{- $load := get .Subcharts "load-tests" }}
{{- $asked := dict }}
{{- if and $load (not $load.Values.servers.release) }}
{{- range $name, $target := ($load.Files.Get "files/targets.yaml" | fromYaml).targets }}
{{- $own := get $load.Values.targets $name | default dict }}
{{- if and $target.chart (not $own.host) (ne (toString $own.enabled) "false") }}
{{- $_ := set $asked $name $target }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $asked }}
{{- end }}

{{/* A target and the chart that serves it agree on ports: (list . NAME TARGET SERVER). */}}
{{- define "celsiusify.loadedAsServed" -}}
{{- $servers := (get (index . 0).Subcharts "load-tests").Values.servers }}
{{- $name := index . 1 }}
{{- $target := index . 2 }}
{{- $server := index . 3 }}
{{- with $server.Values.service }}
{{- if ne (int .port) (int $servers.port) }}
{{- fail (printf "%s.service.port (%v) isn't what load-tests asks, load-tests.servers.port (%v): make them equal" $target.chart .port $servers.port) }}
{{- end }}
{{- if ne (include "celsiusify.ports" $server | fromYaml | toJson) (toJson $target.ports) }}
{{- fail (printf "%s.service.targetPort (%v) isn't what load-tests knows of %s from targets.yaml: leave it empty, or set load-tests.targets.%s.host, and networkPolicy.extraEgress to that port" $target.chart .targetPort $name $name) }}
{{- end }}
{{- end }}
{{- end }}
