{{/*
The context of a server's or the load tests' templates: that of the chart, with the values of one block. Templates return
text, so these fill a dictionary that the caller hands over.
*/}}

{{/* Set values in a dictionary, later ones over earlier ones; null removes a key: (list DICT VALUES…). */}}
{{- define "celsiusify.overlay" -}}
{{- $into := first . }}
{{- range rest . }}
{{- range $key, $value := . }}
{{- if kindIs "invalid" $value }}
{{- $_ := unset $into $key }}
{{- else if kindIs "map" $value }}
{{- if not (kindIs "map" (get $into $key)) }}{{ $_ := set $into $key dict }}{{ end }}
{{- include "celsiusify.overlay" (list (get $into $key) $value) }}
{{- else }}
{{- $_ := set $into $key $value }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Fill a dictionary with a context: (list . DICT NAME VALUES…). `Added` are the targets that only the values have, and `Key`
is the key of the block.
*/}}
{{- define "celsiusify.fillScope" -}}
{{- $root := index . 0 }}
{{- $scope := index . 1 }}
{{- $name := index . 2 }}
{{- range $key := list "Capabilities" "Files" "Release" }}
{{- $_ := set $scope $key (get $root $key) }}
{{- end }}
{{- $version := printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- $_ := set $scope "Chart" (dict "Name" $name "Version" $version "AppVersion" $root.Chart.AppVersion) }}
{{- $targets := dict }}
{{- $added := dict }}
{{- include "celsiusify.fillTargets" (list $root $targets $added) }}
{{- $_ := set $scope "Targets" $targets }}
{{- $_ := set $scope "Added" $added }}
{{- $values := dict }}
{{- include "celsiusify.overlay" (concat (list $values) (slice . 3) (list (dict "global" $root.Values.global))) }}
{{- $_ := set $scope "Values" $values }}
{{- $_ := set $scope "Key" (ternary (printf "targets.%s" $name) $name (hasKey $root.Values.targets $name)) }}
{{- end }}

{{/* Fill a dictionary with the context of the load tests: (list . DICT). */}}
{{- define "celsiusify.fillLoad" -}}
{{- $root := index . 0 }}
{{- include "celsiusify.fillScope" (list $root (index . 1) "load-tests" (index $root.Values "load-tests")) }}
{{- end }}

{{/*
Fill a dictionary with the contexts of all enabled servers by name: (list . DICT). `Targets` are those that the server
serves; `Kind` names the templates of what its container runs.
*/}}
{{- define "celsiusify.fillServers" -}}
{{- $root := index . 0 }}
{{- $servers := index . 1 }}
{{- $blocks := merge (pick $root.Values "converter-api" "tf-serving") $root.Values.targets }}
{{- range $name, $block := $blocks }}
{{- $server := dict }}
{{- include "celsiusify.fillScope" (list $root $server $name $root.Values.default $block) }}
{{- if $server.Values.enabled }}
{{- $served := dict }}
{{- range $target, $entry := $server.Targets }}
{{- if eq (toString $entry.chart) $name }}{{ $_ := set $served $target $entry }}{{ end }}
{{- end }}
{{- $_ := set $server "Targets" $served }}
{{- $_ := set $server "Kind" (ternary "further" $name (hasKey $root.Values.targets $name)) }}
{{- $_ := set $servers $name $server }}
{{- end }}
{{- end }}
{{- end }}
