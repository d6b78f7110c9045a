{{/* What load-tests asks of this release must be served by it, on the port that is asked. */}}
{{- define "celsiusify.loaded" -}}
{{- $load := get .Subcharts "load-tests" }}
{{- if and $load (not $load.Values.servers.release) }}
{{- range $name, $target := ($load.Files.Get "files/targets.yaml" | fromYaml).targets }}
{{- $own := get $load.Values.targets $name | default dict }}
{{- if and $target.chart (not $own.host) (ne (toString $own.enabled) "false") }}
{{- $server := get $.Subcharts $target.chart }}
{{- if not $server }}
{{- fail (printf "load-tests loads %s, but %s isn't enabled: set load-tests.targets.%s.enabled to false, or its host" $name $target.chart $name) }}
{{- end }}
{{- if ne (int $server.Values.service.port) (int $load.Values.servers.port) }}
{{- fail (printf "%s.service.port (%v) isn't what load-tests asks, load-tests.servers.port (%v): make them equal" $target.chart $server.Values.service.port $load.Values.servers.port) }}
{{- end }}
{{- if ne (include "celsiusify.ports" $server | fromYaml | toJson) (toJson $target.ports) }}
{{- fail (printf "%s.service.targetPort (%v) isn't what load-tests knows of %s from targets.yaml: leave it empty, or set load-tests.targets.%s.host" $target.chart $server.Values.service.targetPort $name $name) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
