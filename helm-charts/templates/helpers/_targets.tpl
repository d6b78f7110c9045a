{{/*
Fill dictionaries with targets by name, in the form of targets.yaml: (list . ALL ADDED). ADDED are those of the value
`targets` whose server targets.yaml doesn't know. They are requested like converter-api unless their `target` says otherwise.
*/}}
{{- define "celsiusify.fillTargets" -}}
{{- $root := index . 0 }}
{{- $all := index . 1 }}
{{- $added := index . 2 }}
{{- range $name, $target := ($root.Files.Get "files/targets.yaml" | fromYaml).targets }}
{{- $_ := set $all $name $target }}
{{- end }}
{{- $served := list }}
{{- range $all }}{{ $served = append $served (toString .chart) }}{{ end }}
{{- range $name, $block := $root.Values.targets }}
{{- $own := has $name (list "all" "converter-api" "default-deny" "load-tests" "load-tests-ui" "load-tests-workers" "tf-serving") }}
{{- $isServed := has $name $served }}
{{- if or $own (and (hasKey $all $name) (not $isServed)) }}
{{- fail (printf "targets.%s: the name is taken: choose another one" $name) }}
{{- end }}
{{- if not $isServed }}
{{- $values := dict }}
{{- include "celsiusify.overlay" (list $values $root.Values.default $block) }}
{{- $_ := set $added $name (include "celsiusify.entry" (list $name $values.target (get $all "converter-api")) | fromYaml) }}
{{- end }}
{{- end }}
{{- range $name, $entry := $added }}{{ $_ := set $all $name $entry }}{{ end }}
{{- end }}

{{/* The entry of a target of the values: (list NAME TARGET CONVERTER-API). */}}
{{- define "celsiusify.entry" -}}
{{- $name := index . 0 }}
{{- $like := index . 2 }}
{{- with index . 1 }}
{{- $ports := dict "http" .ports.http }}
{{- if .ports.grpc }}{{ $_ := set $ports "grpc" .ports.grpc }}{{ end }}
{{- $request := $like.request }}
{{- if .request.path }}
{{- $request = .request }}
{{- if not .request.body }}{{ $request = omit .request "body" }}{{ end }}
{{- end }}
{{- if not (hasKey $ports ($request.port | default "http")) }}
{{- fail (printf "targets.%s.target.request.port is %s: set target.ports.%s" $name .request.port .request.port) }}
{{- end }}
{{- $answer := dict "celsius" (.answer.celsius | default $like.answer.celsius) }}
{{- with .answer.instance }}{{ $_ := set $answer "instance" . }}{{ end }}
{{- $entry := dict "title" (.title | default $name) "chart" $name "ports" $ports "health" .health "request" $request "answer" $answer "in_all" .inAll }}
{{- if and .metrics.path .metrics.counter }}{{ $_ := set $entry "metrics" .metrics }}{{ end }}
{{- toYaml $entry }}
{{- end }}
{{- end }}

{{/* The text of targets.yaml for load tests and smoke tests: the file, with the targets of the values at its end. */}}
{{- define "celsiusify.targetsFile" -}}
{{- $text := .Files.Get "files/targets.yaml" }}
{{- with .Added }}
{{- $text = printf "%s\n%s" (trimSuffix "\n" $text) (toYaml . | indent 2) }}
{{- end }}
{{- $text }}
{{- end }}

{{/* One of a server's targets: image, ports, health and metrics are the same for all of them. */}}
{{- define "celsiusify.target" -}}
{{- get .Targets (keys .Targets | sortAlpha | first) | toYaml }}
{{- end }}

{{/* The container's ports by name. */}}
{{- define "celsiusify.ports" -}}
{{- $ports := (include "celsiusify.target" . | fromYaml).ports }}
{{- with .Values.service.targetPort }}{{ $_ := set $ports "http" . }}{{ end }}
{{- toYaml $ports }}
{{- end }}
